import { expect, test } from 'bun:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { BufferedOutput } from '../../src/cli/buffered-output.ts'

const sink = () => {
  const writes: { text: string; taken: () => void }[] = []
  return { fd: -1, writes, write: (text: string, taken: () => void) => writes.push({ text, taken }) }
}

test('what is written in one turn of the event loop is one write, in its order', async () => {
  const to = sink()
  const output = new BufferedOutput(to)
  for (const text of ['a', 'b', 'c']) output.write(text)
  expect(to.writes).toEqual([])
  await nextTurn()
  output.write('d')
  await nextTurn()
  expect(to.writes.map(({ text }) => text)).toEqual(['abc', 'd'])
})

test('the end waits until all has been taken', async () => {
  const to = sink()
  const output = new BufferedOutput(to)
  output.write('first')
  await nextTurn()
  output.write('second')
  let isOver = false
  const drained = output.drained().then(() => (isOver = true))
  expect(to.writes.map(({ text }) => text)).toEqual(['first', 'second'])
  expect(output.waitingLength).toBe('firstsecond'.length)
  to.writes[0]?.taken()
  await nextTurn()
  expect(isOver).toBe(false)
  to.writes[1]?.taken()
  await drained
  expect(output.waitingLength).toBe(0)
})

test('the end of a server does not wait for a reader that never reads', async () => {
  const output = new BufferedOutput(sink())
  output.write('a line')
  output.limitDrain(1)
  await output.drained()
  expect(output.waitingLength).toBe('a line'.length)
})

test('a process that ends by an error in the middle of a turn loses no line of it', () => {
  const program = `
    import { BufferedOutput } from '${new URL('../../src/cli/buffered-output.ts', import.meta.url).pathname}'
    const output = new BufferedOutput(process.stdout)
    process.on('exit', () => output.flushSync())
    output.write('the last line')
    throw new Error('the end')`
  const { stdout, exitCode } = Bun.spawnSync([process.execPath, '-e', program], { stderr: 'ignore' })
  expect({ exitCode, text: stdout.toString() }).toEqual({ exitCode: 1, text: 'the last line' })
})
