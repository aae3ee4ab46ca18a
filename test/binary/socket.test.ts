import { describe, expect, test } from 'bun:test'
import { mkdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { askAt, executable, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'

interface Holder {
  instance: string
  pid: number
  url: string
  socket: string
}

const holderIn = (dataDir: string) => JSON.parse(readFileSync(join(dataDir, 'serve.json'), 'utf8')) as Holder

const commandIn = async (dataDir: string, ...words: string[]) => {
  const env = { CALLGATE_DATA_DIR: dataDir }
  const child = Bun.spawn([executable, ...words], { env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

test('the lock names the server, its process and its address, and the socket is for its owner alone', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const { instance, pid, url, socket } = holderIn(directory.path)
  expect({ pid, url }).toEqual({ pid: server.pid, url: server.url })
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({ status: 'ready', instance })
  expect(statSync(socket).mode & 0o777).toBe(0o600)
})

test('what a command changes holds for the request after its answer', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const { agency, newKey } = await provision(server.command)
  let key = await newKey()
  for (let rotation = 0; rotation < 5; rotation++) {
    const next = await newKey('rotate')
    expect((await askAt(server.url, key)).status).toBe(401)
    expect((await askAt(server.url, next)).status).toBe(200)
    key = next
  }
  const whose = ['--agency', agency, '--environment', 'production']
  await server.command('key', 'disable', ...whose, '--yes')
  expect((await askAt(server.url, key)).status).toBe(403)
  await server.command('key', 'enable', ...whose)
  expect((await askAt(server.url, key)).status).toBe(200)
})

test('a data directory whose path is too long for a socket is served like any other', async () => {
  using directory = temporaryDirectory()
  const path = join(directory.path, 'a'.repeat(90), 'b'.repeat(90))
  mkdirSync(path, { recursive: true })
  await using server = await startBinary(path)
  expect(Buffer.byteLength(holderIn(path).socket)).toBeLessThan(100)
  const { newKey } = await provision(server.command)
  expect((await askAt(server.url, await newKey())).status).toBe(200)
  expect(await server.stop()).toBe(0)
})

test('a second server is refused with the process of the first, which goes on', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const { code, err } = await commandIn(directory.path, 'serve')
  expect(code).toBe(1)
  expect(err).toContain(`Another callgate (process ${server.pid}) uses the data directory`)
  expect((await fetch(`${server.url}/readyz`)).status).toBe(200)
})

describe('without a server', () => {
  test('a command does the operation itself, and one after a kill -9 is not held up by what that left', async () => {
    using directory = temporaryDirectory()
    const server = await startBinary(directory.path)
    await server.kill()
    expect(holderIn(directory.path).pid).toBe(server.pid)
    const made = await commandIn(directory.path, 'agency', 'create', '--name', 'Acme', '--plan', 'agency')
    expect(made).toMatchObject({ code: 0, err: '' })
    const listed = await commandIn(directory.path, 'agency', 'list', '--json')
    expect(JSON.parse(listed.out)).toMatchObject([{ name: 'Acme' }])
  })

  test('what only a server can do is refused with a sentence', async () => {
    using directory = temporaryDirectory()
    const server = await startBinary(directory.path)
    const { agency } = await provision(server.command)
    await server.stop()
    const words = ['call', 'trigger', '--agency', agency, '--environment', 'production']
    const { code, err } = await commandIn(directory.path, ...words, '--phone-number', '+15551234500')
    expect({ code, err }).toEqual({
      code: 1,
      err: 'Only a running server can do this. Start it with: callgate serve\n',
    })
  })

  test('commands at the same time wait for each other', async () => {
    using directory = temporaryDirectory()
    await (await startBinary(directory.path)).stop()
    const create = (at: number) =>
      commandIn(directory.path, 'agency', 'create', '--name', `Agency ${at}`, '--plan', 'agency')
    const made = await Promise.all(Array.from({ length: 6 }, (_, at) => create(at)))
    expect(made.map(({ code, err }) => ({ code, err }))).toEqual(made.map(() => ({ code: 0, err: '' })))
  })
})

test('metadata comes back from the command line with every digit', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const { agency } = await provision(server.command)
  const whose = ['--agency', agency, '--environment', 'production']
  const metadata = '{"order":12345678901234567890}'
  await server.command('call', 'trigger', ...whose, '--phone-number', '+15551234500', '--metadata', metadata)
  const { out } = await commandIn(directory.path, 'call', 'list', '--agency', agency, '--json')
  expect(out).toContain(`"metadata":${metadata}`)
})
