import { expect, test } from 'bun:test'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { executable, provision, startBinary } from '../support/binary.ts'
import { makeCertificate } from '../support/certificate.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { holdRaw } from '../support/raw.ts'

/** A directory with the certificates `one` and `two`, of which the server has the first. */
const withCertificates = () => {
  const directory = temporaryDirectory()
  const made = [makeCertificate(directory.path, 'one'), makeCertificate(directory.path, 'two')] as const
  const served = { certFile: join(directory.path, 'served.crt'), keyFile: join(directory.path, 'served.key') }
  const use = ({ certFile, keyFile }: typeof served) => {
    copyFileSync(certFile, served.certFile)
    copyFileSync(keyFile, served.keyFile)
  }
  use(made[0])
  const settings = { CALLGATE_TLS_CERT: served.certFile, CALLGATE_TLS_KEY: served.keyFile }
  return { ...directory, made, served, settings, use }
}

/** A TLS connection to a server, with the name on its certificate. */
const dial = async (url: string) => {
  const socket = tls.connect({
    port: Number(new URL(url).port),
    host: '127.0.0.1',
    rejectUnauthorized: false,
  })
  await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject))
  return { socket, name: String(socket.getPeerCertificate().subject.CN) }
}

const nameOf = async (url: string) => {
  const { socket, name } = await dial(url)
  socket.destroy()
  return name
}

test('serves https, and SIGHUP brings a new certificate while a request under way is answered whole', async () => {
  using files = withCertificates()
  await using server = await startBinary(files.path, files.settings)
  expect(server.url).toStartWith('https://')
  const key = await (await provision(server.command)).newKey()
  const { socket, name } = await dial(server.url)
  expect(name).toBe('one')
  const body = '{"phone_number":"+15551234500"}'
  const head = `POST /api/v1/calls/trigger HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${key}\r\n`
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n{`)
  await Bun.sleep(200)

  files.use(files.made[1])
  server.signal('SIGHUP')
  await server.logged('certificate')
  expect(await nameOf(server.url)).toBe('two')
  let received = ''
  socket.on('data', (chunk) => (received += String(chunk)))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.write(body.slice(1))
  await closed
  await holdRaw(head, received)
  expect(received).toStartWith('HTTP/1.1 200')
  expect(received).toEndWith('"status":"initiated"}')
  expect(await server.stop()).toBe(0)
})

test('a certificate that is none changes nothing, and the log says why', async () => {
  using files = withCertificates()
  await using server = await startBinary(files.path, files.settings)
  writeFileSync(files.served.certFile, 'half a certif')
  server.signal('SIGHUP')
  await server.logged('certificate_refused')
  expect(await nameOf(server.url)).toBe('one')
  expect(server.log.join('\n')).toContain('CALLGATE_TLS_CERT is a file without a certificate in PEM')
})

test('a certificate does not let two servers share a port', async () => {
  using files = withCertificates()
  using other = temporaryDirectory()
  await using server = await startBinary(files.path, files.settings)
  const { port } = new URL(server.url)
  const env = { ...files.settings, CALLGATE_DATA_DIR: other.path, CALLGATE_PORT: port }
  const second = Bun.spawnSync([executable, 'serve'], { env, timeout: 5000 })
  expect({ code: second.exitCode, err: String(second.stderr) }).toEqual({
    code: 1,
    err: 'The port is in use. Choose another with CALLGATE_PORT.\n',
  })
})

test.each<[string, (files: ReturnType<typeof withCertificates>) => void, string]>([
  [
    'a key of another certificate',
    ({ made, served }) => copyFileSync(made[1].keyFile, served.keyFile),
    'CALLGATE_TLS_KEY does not match the certificate in CALLGATE_TLS_CERT.\n',
  ],
  [
    'a key that is none',
    ({ served }) => writeFileSync(served.keyFile, 'x'),
    'CALLGATE_TLS_KEY is a file without a private key in PEM',
  ],
])('%s is a problem of the configuration: exit 2', (_, spoil, sentence) => {
  using files = withCertificates()
  spoil(files)
  const env = { ...files.settings, CALLGATE_DATA_DIR: files.path, CALLGATE_PORT: '0' }
  for (const command of ['serve', 'config']) {
    const refused = Bun.spawnSync([executable, command], { env, timeout: 5000 })
    expect(refused.exitCode).toBe(2)
    expect(String(refused.stderr)).toStartWith(sentence)
  }
})

test('the health question is asked over https, whatever names the certificate has', async () => {
  using files = withCertificates()
  await using server = await startBinary(files.path, { ...files.settings, CALLGATE_REQUIRE_HTTPS: 'true' })
  const env = {
    ...files.settings,
    CALLGATE_DATA_DIR: files.path,
    CALLGATE_PORT: new URL(server.url).port,
  }
  expect(Bun.spawnSync([executable, 'healthcheck'], { env }).exitCode).toBe(0)
})

test('TLS is 1.2 or newer, and only with forward secrecy', async () => {
  using files = withCertificates()
  await using server = await startBinary(files.path, files.settings)
  const { port } = new URL(server.url)
  /** What a client that offers only this gets; undefined where the handshake fails. */
  const suiteFor = async (...offer: string[]) => {
    const client = Bun.spawn(['openssl', 's_client', '-connect', `127.0.0.1:${port}`, ...offer], {
      stdin: new Blob([]),
      stdout: 'pipe',
      stderr: 'ignore',
    })
    const [, suite] = /Cipher is (\S+)/.exec(await new Response(client.stdout).text()) ?? []
    return suite === '(NONE)' ? undefined : suite
  }
  const only = (suite: string) => suiteFor('-tls1_2', '-cipher', `${suite}:@SECLEVEL=0`)
  expect(await suiteFor('-tls1_3')).toStartWith('TLS_')
  for (const suite of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'])
    expect(await only(suite)).toBe(suite)
  // Without forward secrecy, and with forward secrecy but not authenticated encryption.
  for (const suite of ['AES128-GCM-SHA256', 'AES256-SHA', 'ECDHE-ECDSA-AES128-SHA'])
    expect(await only(suite)).toBeUndefined()
  for (const version of ['-tls1', '-tls1_1'])
    expect(await suiteFor(version, '-cipher', 'ALL:@SECLEVEL=0')).toBeUndefined()
})
