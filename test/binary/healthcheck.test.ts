import { expect, test } from 'bun:test'
import { networkInterfaces } from 'node:os'
import { executable, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { freePort } from '../support/port.ts'

const commandOn = async (dataDir: string, url: string, command: string) => {
  const { port, hostname } = new URL(url)
  const env = { CALLGATE_DATA_DIR: dataDir, CALLGATE_PORT: port, CALLGATE_HOST: hostname }
  const child = Bun.spawn([executable, command], { env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

const serverLine = async (dataDir: string, url: string) =>
  (await commandOn(dataDir, url, 'doctor')).out.split('\n').find((line) => line.includes(' server '))

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === '::1'),
)

const silent = { CALLGATE_LOG_LEVEL: 'error' }

test('the server of the data directory is believed, also on IPv6, and only while it runs', async () => {
  using directory = temporaryDirectory()
  for (const host of ['127.0.0.1', ...(hasIpv6 ? ['[::1]', '[::]'] : [])]) {
    const server = await startBinary(directory.path, { ...silent, CALLGATE_HOST: host })
    expect(server.url).toStartWith(host === '[::]' ? 'http://127.0.0.1:' : `http://${host}:`)
    expect(await commandOn(directory.path, server.url, 'healthcheck')).toEqual({
      code: 0,
      out: 'ready\n',
      err: '',
    })
    expect(await serverLine(directory.path, server.url)).toBe(
      `ok     server       running and ready at ${server.url}/readyz`,
    )
    expect(await server.stop()).toBe(0)
    expect((await commandOn(directory.path, server.url, 'healthcheck')).err).toBe(
      `Nothing responds at ${server.url}/readyz.\n`,
    )
    expect(await serverLine(directory.path, server.url)).toBe('ok     server       not running')
  }
}, 60_000)

test('a server that was killed leaves nothing that a stranger could be taken for', async () => {
  using directory = temporaryDirectory()
  using other = temporaryDirectory()
  const server = await startBinary(directory.path, silent)
  await server.kill()
  await using stranger = await startBinary(other.path, silent)
  expect((await commandOn(directory.path, stranger.url, 'healthcheck')).code).toBe(1)
}, 60_000)

test('a callgate of another data directory is not taken for this one’s server', async () => {
  using one = temporaryDirectory()
  using two = temporaryDirectory()
  await using _ = await startBinary(one.path, silent)
  await using other = await startBinary(two.path, silent)
  expect(await commandOn(one.path, other.url, 'healthcheck')).toEqual({
    code: 1,
    out: '',
    err: `At ${other.url}/readyz, a callgate with another data directory responds instead of the server of ${one.path}.\n`,
  })
  expect(await serverLine(one.path, other.url)).toBe(
    `warn   server       running, but a callgate with another data directory responds at ${other.url}/readyz. Run the doctor with the server's environment.`,
  )
}, 60_000)

test.each<[string, () => Response]>([
  ['says OK', () => new Response('OK')],
  ['says ready as callgate does', () => Response.json({ status: 'ready' })],
  ['says a name that it made up', () => Response.json({ status: 'ready', instance: '' })],
  ['sends on', () => Response.redirect('/elsewhere')],
  ['finds nothing', () => new Response('', { status: 404 })],
])(
  'another program on the port that %s is not taken for a server',
  async (_, answer) => {
    using directory = temporaryDirectory()
    await using server = await startBinary(directory.path, silent)
    using stranger = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: answer })
    const url = stranger.url.origin
    const { code, out, err } = await commandOn(directory.path, url, 'healthcheck')
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^At http.+\/readyz, .+ responds instead of the server of \/.+\.\n$/)
    expect(await serverLine(directory.path, url)).toStartWith(`warn   server       running, but `)
    expect((await commandOn(directory.path, server.url, 'healthcheck')).code).toBe(0)
  },
  60_000,
)

test.each([
  ['0.0.0.0:3000', /^CALLGATE_HOST must be an address or a name without a port/],
  ['192.0.2.1', /^CALLGATE_HOST is not an address of this machine: 192\.0\.2\.1 \(.+\)\.\n$/],
])(
  'config and serve judge the host %s alike: exit 2',
  (host, sentence) => {
    using directory = temporaryDirectory()
    const env = { CALLGATE_HOST: host, CALLGATE_DATA_DIR: directory.path, CALLGATE_PORT: String(freePort()) }
    for (const command of ['config', 'serve']) {
      const { exitCode, stdout, stderr } = Bun.spawnSync([executable, command], { env, timeout: 10_000 })
      expect({ command, exitCode, out: String(stdout) }).toEqual({ command, exitCode: 2, out: '' })
      expect(String(stderr)).toMatch(sentence)
    }
  },
  60_000,
)

test('config and serve judge where the metrics listen alike: exit 2', () => {
  using directory = temporaryDirectory()
  const env = {
    CALLGATE_METRICS_ADDRESS: '192.0.2.1:9464',
    CALLGATE_DATA_DIR: directory.path,
    CALLGATE_PORT: String(freePort()),
  }
  for (const command of ['config', 'serve']) {
    const { exitCode, stderr } = Bun.spawnSync([executable, command], { env, timeout: 10_000 })
    expect({ command, exitCode }).toEqual({ command, exitCode: 2 })
    expect(String(stderr)).toStartWith(
      'CALLGATE_METRICS_ADDRESS is not an address of this machine: 192.0.2.1',
    )
  }
}, 60_000)

test('config finds nothing wrong with a port that its own server has', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path, silent)
  expect((await commandOn(directory.path, server.url, 'config')).code).toBe(0)
}, 60_000)
