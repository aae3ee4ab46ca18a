import { expect, test } from 'bun:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Outlet } from '../../src/cli/outlet.ts'

const sink = () => {
  const writes: { text: string; taken: () => void }[] = []
  return { fd: -1, writes, write: (text: string, taken: () => void) => writes.push({ text, taken }) }
}

test('what is written in one turn of the event loop is one write, in its order', async () => {
  const to = sink()
  const outlet = new Outlet(to)
  for (const text of ['a', 'b', 'c']) outlet.write(text)
  expect(to.writes).toEqual([])
  await nextTurn()
  outlet.write('d')
  await nextTurn()
  expect(to.writes.map(({ text }) => text)).toEqual(['abc', 'd'])
})

test('the end waits until all has been taken', async () => {
  const to = sink()
  const outlet = new Outlet(to)
  outlet.write('first')
  await nextTurn()
  outlet.write('second')
  let isOver = false
  const drained = outlet.drained().then(() => (isOver = true))
  expect(to.writes.map(({ text }) => text)).toEqual(['first', 'second'])
  expect(outlet.waitingLength).toBe('firstsecond'.length)
  to.writes[0]?.taken()
  await nextTurn()
  expect(isOver).toBe(false)
  to.writes[1]?.taken()
  await drained
  expect(outlet.waitingLength).toBe(0)
})

test('the end of a server does not wait for a reader that never reads', async () => {
  const outlet = new Outlet(sink())
  outlet.write('a line')
  outlet.hurry(1)
  await outlet.drained()
  expect(outlet.waitingLength).toBe('a line'.length)
})

test('a process that ends by an error in the middle of a turn loses no line of it', () => {
  const program = `
    import { Outlet } from '${new URL('../../src/cli/outlet.ts', import.meta.url).pathname}'
    const outlet = new Outlet(process.stdout)
    process.on('exit', () => outlet.abandon())
    outlet.write('the last line')
    throw new Error('the end')`
  const { stdout, exitCode } = Bun.spawnSync([process.execPath, '-e', program], { stderr: 'ignore' })
  expect({ exitCode, text: stdout.toString() }).toEqual({ exitCode: 1, text: 'the last line' })
})
