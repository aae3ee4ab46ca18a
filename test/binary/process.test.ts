import { expect, test } from 'bun:test'
import { connect } from 'node:net'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { executable, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { cookieOf, operator, partsOf, textOf } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

/** Starts a demo and reads what it prints until its page's address is there. */
const startDemo = async (settings: Record<string, string>) => {
  const child = Bun.spawn([executable, 'demo', '--json'], { env: settings, stdout: 'pipe', stderr: 'pipe' })
  const reader = child.stdout.getReader()
  const { value } = await reader.read()
  const said = JSON.parse(new TextDecoder().decode(value)) as { url: string; key: string; page: string }
  return { child, said }
}

test('the demo prints a key that works, and leaves nothing behind', async () => {
  using directory = temporaryDirectory()
  const { child, said } = await startDemo({ CALLGATE_PORT: '0', TMPDIR: directory.path })
  expect((await triggerAt(said.url, said.key)).status).toBe(200)
  expect((await fetch(said.page)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  expect([...new Bun.Glob('callgate-demo-*').scanSync({ cwd: directory.path, onlyFiles: false })]).toEqual([])
})

test('the demo opens this machine and no other private address, and warns of no setting that nobody made', async () => {
  const { child, said } = await startDemo({ CALLGATE_PORT: '0' })
  const post = (path: string, fields: Record<string, string>, cookie = '') =>
    fetch(said.url + path, {
      method: 'POST',
      headers: { 'sec-fetch-site': 'same-origin', cookie },
      body: new URLSearchParams(fields),
      redirect: 'manual',
    })
  const { code } = partsOf(said.page)
  const cookie = cookieOf(await post('/admin/setup', { token: code, ...operator }))
  const overview = await textOf(await fetch(`${said.url}/admin`, { headers: { cookie } }))
  expect(overview).toContain('Needs attention')
  expect(overview).not.toContain('CALLGATE_')
  const agencies = await (await fetch(`${said.url}/admin/agencies`, { headers: { cookie } })).text()
  const [agency] = /\/admin\/agencies\/[\da-f-]{36}/.exec(agencies) ?? []
  const webhook = (url: string) =>
    post(`${agency}/integrations/api/production/webhook`, { url }, cookie).then(({ status }) =>
      status < 400 ? 'taken' : status,
    )
  for (const [url, outcome] of [
    ['http://127.0.0.1:9/hook', 'taken'],
    ['http://localhost:9/hook', 'taken'],
    ['http://[::1]:9/hook', 'taken'],
    ['http://192.168.1.10:9/hook', 422],
    ['http://10.0.0.1:9/hook', 422],
  ] as const)
    expect([url, await webhook(url)]).toEqual([url, outcome])
  child.kill('SIGTERM')
  await child.exited
})

test('the demo finds another port when its own is taken', async () => {
  const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('taken') })
  const { child, said } = await startDemo({ CALLGATE_PORT: String(other.port) })
  expect(said.url).not.toBe(`http://127.0.0.1:${other.port}`)
  expect((await triggerAt(said.url, said.key)).status).toBe(200)
  child.kill('SIGINT')
  expect(await child.exited).toBe(0)
  await other.stop(true)
})

test('a server whose port is taken says so and holds nothing', async () => {
  using directory = temporaryDirectory()
  const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('taken') })
  const env = { CALLGATE_DATA_DIR: directory.path, CALLGATE_PORT: String(other.port) }
  const refused = Bun.spawnSync([executable, 'serve'], { env })
  expect({ code: refused.exitCode, err: String(refused.stderr) }).toEqual({
    code: 1,
    err: 'The port is in use. Choose another with CALLGATE_PORT.\n',
  })
  await other.stop(true)
  await using server = await startBinary(directory.path)
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
})

test('two servers never share a port', async () => {
  using one = temporaryDirectory()
  using two = temporaryDirectory()
  await using server = await startBinary(one.path)
  const { port } = new URL(server.url)
  const env = { CALLGATE_DATA_DIR: two.path, CALLGATE_PORT: port }
  expect(Bun.spawnSync([executable, 'serve'], { env, timeout: 5000 }).exitCode).toBe(1)
  const { child, said } = await startDemo({ CALLGATE_PORT: port })
  expect(new URL(said.url).port).not.toBe(port)
  child.kill('SIGTERM')
  await child.exited
})

test('SIGTERM ends the server within ten seconds, whatever a client holds back', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const key = await (await provision(server.command)).newKey()
  const { port } = new URL(server.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.on('error', () => {})
  const head = ['POST /api/v1/calls/trigger HTTP/1.1', 'Host: callgate.test', `Authorization: Bearer ${key}`]
  socket.write(`${[...head, 'Content-Type: application/json', 'Content-Length: 20'].join('\r\n')}\r\n\r\n{`)
  await Bun.sleep(100)
  const askedAt = performance.now()
  expect(await server.stop()).toBe(0)
  expect(performance.now() - askedAt).toBeLessThan(10_000)
  socket.destroy()
}, 20_000)

test('a second signal, of either kind, ends the server at once', async () => {
  using directory = temporaryDirectory()
  const env = { CALLGATE_DATA_DIR: directory.path, CALLGATE_PORT: '0' }
  const child = Bun.spawn([executable, 'serve', '--json'], { env, stdout: 'pipe' })
  const { value } = await child.stdout.getReader().read()
  const { url } = JSON.parse(new TextDecoder().decode(value).split('\n')[0] ?? '') as { url: string }
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  socket.on('error', () => {})
  socket.write(
    'POST /admin/sign-in HTTP/1.1\r\nHost: callgate.test\r\nSec-Fetch-Site: same-origin\r\nContent-Length: 9\r\n',
  )
  socket.write('Content-Type: application/x-www-form-urlencoded\r\n\r\na')
  await Bun.sleep(100)
  child.kill('SIGINT')
  await Bun.sleep(100)
  const askedAt = performance.now()
  child.kill('SIGTERM')
  await child.exited
  expect(performance.now() - askedAt).toBeLessThan(2000)
  expect(child.signalCode).toBe('SIGTERM')
  socket.destroy()
})

test('a long answer reaches a slow pipe whole', async () => {
  using directory = temporaryDirectory()
  {
    using stores = new DataDir({ dataDir: directory.path, secret: null }).openStores()
    for (let made = 0; made < 2000; made++) atOnce(stores.agencies.create('x'.repeat(100), 'agency', made))
  }
  const env = { ...process.env, CALLGATE_DATA_DIR: directory.path }
  const slow = Bun.spawnSync(['sh', '-c', `${executable} agency list --json | (sleep 0.3; cat)`], { env })
  expect(JSON.parse(String(slow.stdout))).toHaveLength(2000)
}, 20_000)

test('the address is printed at every log level', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path, { CALLGATE_LOG_LEVEL: 'error' })
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
})
