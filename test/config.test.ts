import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { ConfigError, explainConfig, localUrl, readConfig } from '../src/config.ts'
import { temporaryDirectory } from './support/directory.ts'

const problemsOf = (variables: Record<string, string>) => {
  try {
    readConfig(variables, false)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('an empty environment gives the documented defaults', () => {
  expect(readConfig({}, false)).toEqual({
    host: '127.0.0.1',
    port: 3000,
    dataDir: './data',
    publicUrl: null,
    tls: null,
    trustedProxies: null,
    requireHttps: false,
    idleTimeoutSeconds: 180,
    requestsPerMinute: 100,
    concurrentCalls: 10,
    windowSeconds: 60,
    maxCallSeconds: 3600,
    secret: null,
    oidc: null,
    previousSecret: null,
    allowPrivateDestinations: false,
    outgoingRequests: 256,
    keepDays: { calls: 365, deliveries: 30, refusals: 30, usage: 30, audit: 730 },
    metricsAddress: null,
    metricsToken: null,
    alertMail: null,
    logLevel: 'info',
    logFormat: 'json',
  })
  expect(readConfig({}, true).logFormat).toBe('pretty')
})

test.each([
  ['0.0.0.0', '0.0.0.0', 'http://127.0.0.1:3000'],
  ['[::]', '::', 'http://127.0.0.1:3000'],
  ['0:0::0', '::', 'http://127.0.0.1:3000'],
  ['::1', '::1', 'http://[::1]:3000'],
  ['[::1]', '::1', 'http://[::1]:3000'],
  ['localhost', 'localhost', 'http://localhost:3000'],
  ['calls.example.com', 'calls.example.com', 'http://calls.example.com:3000'],
])('the host %s is listened on as %s and reached at %s', (given, host, url) => {
  const config = readConfig({ CALLGATE_HOST: given }, false)
  expect(config.host).toBe(host)
  expect(localUrl(config, 3000)).toBe(url)
})

test.each([
  '0.0.0.0:3000',
  '[::]:3000',
  'localhost:3000',
  'http://localhost',
  '256.0.0.1',
  '127.1',
  '0',
  '*',
  'a b',
  '[127.0.0.1]',
  '[localhost]',
  '[::',
  'fe80::1%eth0',
  '-a.example',
  'a..b',
])('%p is no host to listen on', (host) => {
  const problem =
    'must be an address or a name without a port, for example 127.0.0.1, or 0.0.0.0 for all addresses.'
  expect(problemsOf({ CALLGATE_HOST: host })).toEqual([`CALLGATE_HOST ${problem}`])
})

test('the metrics cannot listen where the API does', () => {
  const problem = 'CALLGATE_METRICS_ADDRESS is the address of the API. Choose another port.'
  const at = (host: string, address: string, port = '3000') =>
    problemsOf({ CALLGATE_HOST: host, CALLGATE_PORT: port, CALLGATE_METRICS_ADDRESS: address })
  expect(at('127.0.0.1', '127.0.0.1:3000')).toEqual([problem])
  expect(at('0.0.0.0', '127.0.0.1:3000')).toEqual([problem])
  expect(at('127.0.0.1', '[::]:3000')).toEqual([problem])
  expect(at('127.0.0.1', '127.0.0.2:3000')).toEqual([])
  expect(at('127.0.0.1', '127.0.0.1:3001')).toEqual([])
  expect(at('127.0.0.1', '127.0.0.1:0', '0')).toEqual([])
})

test('a data directory that is a file is a problem of the configuration', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'file')
  await Bun.write(file, '')
  expect(problemsOf({ CALLGATE_DATA_DIR: file })).toEqual([
    `CALLGATE_DATA_DIR is a file, not a directory: ${file}.`,
  ])
})

test('a blank variable counts as one that is not set', () => {
  for (const CALLGATE_PORT of ['', ' ']) expect(readConfig({ CALLGATE_PORT }, false).port).toBe(3000)
})

test('all problems are reported at once, each as a sentence that names its variable', () => {
  expect(
    problemsOf({
      CALLGATE_PORT: '70000',
      CALLGATE_CONCURRENT_CALLS: 'ten',
      CALLGATE_PUBLIC_URL: 'calls.example.com',
      CALLGATE_LOG_FORMAT: 'xml',
      CALLGATE_TRUSTED_PROXIES: '10.0.0.0/8, proxy.example.com',
      CALLGATE_REQUIRE_HTTPS: 'maybe',
      CALLGATE_TLS_CERT: 'cert.pem',
      CALLGATE_SECRET_FILE: '/nowhere/secret',
    }),
  ).toEqual([
    'CALLGATE_SECRET_FILE is a file that cannot be read: /nowhere/secret.',
    'CALLGATE_PORT must be a whole number from 0 to 65535.',
    'CALLGATE_PUBLIC_URL must be an http or https address, for example https://calls.example.com.',
    'CALLGATE_TRUSTED_PROXIES must be addresses or networks separated by commas, for example 10.0.0.0/8,192.0.2.7.',
    'CALLGATE_REQUIRE_HTTPS must be true or false.',
    'CALLGATE_CONCURRENT_CALLS must be a whole number from 1 to 1000000.',
    'CALLGATE_LOG_FORMAT must be one of pretty, json.',
    'Set both CALLGATE_TLS_CERT and CALLGATE_TLS_KEY, or neither.',
  ])
})

test.each(['-1', '1.5', '0x10', '1e3', ' 5', '99999999999999999999'])('%p is no whole number', (port) => {
  expect(problemsOf({ CALLGATE_PORT: port })).toHaveLength(1)
})

test('a public address loses its closing slash', () => {
  expect(readConfig({ CALLGATE_PUBLIC_URL: 'https://calls.example.com/' }, false).publicUrl).toBe(
    'https://calls.example.com',
  )
})

test('a setting is told with where it comes from, and a secret never', async () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'secret')
  await Bun.write(file, 'a secret for tests, of 32 or more\n')
  const variables = { CALLGATE_PORT: '8080', CALLGATE_SECRET_FILE: file, CALLGATE_PROT: '1' }
  expect(readConfig(variables, false).secret).toBe('a secret for tests, of 32 or more')
  const { settings, unknown } = explainConfig(variables, false)
  expect(unknown).toEqual(['CALLGATE_PROT'])
  expect(settings).toContainEqual({ name: 'CALLGATE_HOST', value: '127.0.0.1', source: 'default' })
  expect(settings).toContainEqual({ name: 'CALLGATE_PORT', value: '8080', source: 'environment' })
  expect(settings).toContainEqual({ name: 'CALLGATE_SECRET', value: '(hidden)', source: 'file' })
  expect(settings).toContainEqual({ name: 'CALLGATE_TLS_CERT', value: null, source: 'default' })
  expect(JSON.stringify(settings)).not.toContain('for tests')
})

test('a secret is given once: in the variable or in the file', () => {
  const both = { CALLGATE_SECRET: 'a secret for tests, of 32 or more', CALLGATE_SECRET_FILE: '/nowhere' }
  expect(problemsOf(both)).toEqual([
    'CALLGATE_SECRET and CALLGATE_SECRET_FILE are both set. Set only one of them.',
  ])
})

test('where the metrics are is a host and a port, and their token no short word', () => {
  const place = (text: string) => readConfig({ CALLGATE_METRICS_ADDRESS: text }, false).metricsAddress
  expect(place('127.0.0.1:9464')).toEqual({ hostname: '127.0.0.1', port: 9464 })
  expect(place('[::1]:9464')).toEqual({ hostname: '::1', port: 9464 })
  for (const text of [
    '9464',
    '127.0.0.1',
    '127.0.0.1:99999',
    '999.0.0.1:9464',
    'http://127.0.0.1:9464',
    '::1:9464',
  ])
    expect(problemsOf({ CALLGATE_METRICS_ADDRESS: text })).toEqual([
      'CALLGATE_METRICS_ADDRESS must be a host and a port, for example 127.0.0.1:9464.',
    ])
  expect(problemsOf({ CALLGATE_METRICS_TOKEN: 'short' })).toEqual([
    'CALLGATE_METRICS_TOKEN must have at least 16 characters, none of them a space.',
  ])
})

test('mail of alerts takes a server, a sender and receivers, and its server is never shown', () => {
  const CALLGATE_SMTP_URL = 'smtps://user:secret@mail.example.com'
  const addresses = {
    CALLGATE_ALERT_MAIL_FROM: 'callgate@example.com',
    CALLGATE_ALERT_MAIL_TO: 'ops@example.com, duty@example.com',
  }
  expect(readConfig({ CALLGATE_SMTP_URL, ...addresses }, false).alertMail).toEqual({
    url: CALLGATE_SMTP_URL,
    from: 'callgate@example.com',
    to: ['ops@example.com', 'duty@example.com'],
  })
  expect(problemsOf({ CALLGATE_SMTP_URL })).toEqual([
    'Set all of CALLGATE_SMTP_URL, CALLGATE_ALERT_MAIL_FROM, CALLGATE_ALERT_MAIL_TO, or none of them.',
  ])
  expect(problemsOf({ ...addresses, CALLGATE_SMTP_URL: 'https://user:secret@mail.example.com' })).toEqual([
    'CALLGATE_SMTP_URL must be an smtp or smtps address, for example smtps://user:password@mail.example.com.',
  ])
  expect(problemsOf({ ...addresses, CALLGATE_SMTP_URL, CALLGATE_ALERT_MAIL_TO: 'ops' })).toEqual([
    'CALLGATE_ALERT_MAIL_TO must be up to 20 email addresses, separated by commas.',
  ])
  expect(JSON.stringify(explainConfig({ CALLGATE_SMTP_URL, ...addresses }, false))).not.toContain('secret@')
})

test('private destinations are networks and hosts, and what is neither is a problem', () => {
  const read = (CALLGATE_ALLOW_PRIVATE_DESTINATIONS: string) =>
    readConfig({ CALLGATE_ALLOW_PRIVATE_DESTINATIONS }, false).allowPrivateDestinations
  expect(read('10.0.0.0/8, hooks.lan:8443,[fd00::]/8')).toMatchObject([
    { network: [expect.anything(), 8], port: null },
    { host: 'hooks.lan', port: 8443 },
    { network: [expect.anything(), 8], port: null },
  ])
  expect(problemsOf({ CALLGATE_ALLOW_PRIVATE_DESTINATIONS: '10.0.0.0/8,maybe/1' })).toEqual([
    'CALLGATE_ALLOW_PRIVATE_DESTINATIONS must be true, false, or private networks and hosts separated by commas, for example 10.0.0.0/8,hooks.lan:8443,[fd00::]/8.',
  ])
})

test.each(['0.0.0.0/0', '::/0', '10.0.0.0/8, 0.0.0.0/1', '::ffff:0:0/96', '2000::/3'])(
  'trusting %s is refused: anybody could forge an address',
  (CALLGATE_TRUSTED_PROXIES) =>
    expect(problemsOf({ CALLGATE_TRUSTED_PROXIES })).toEqual([
      'CALLGATE_TRUSTED_PROXIES must not trust everybody: any client could then claim any address. Name the addresses of your proxies, in networks of at most /8 (IPv4) or /7 (IPv6).',
    ]),
)

test.each(['10.0.0.0/8', 'fc00::/7', '127.0.0.1, ::1', '::ffff:10.0.0.0/104'])(
  'trusting %s is fine',
  (CALLGATE_TRUSTED_PROXIES) => expect(problemsOf({ CALLGATE_TRUSTED_PROXIES })).toEqual([]),
)

test('what is on or off may be said in any usual word', () => {
  const read = (word: string) =>
    readConfig({ CALLGATE_ALLOW_PRIVATE_DESTINATIONS: word }, false).allowPrivateDestinations
  expect(['true', '1', 'yes', 'ON', 'True'].map(read)).toEqual([true, true, true, true, true])
  expect(['false', '0', 'no', 'off', ''].map(read)).toEqual([false, false, false, false, false])
})
