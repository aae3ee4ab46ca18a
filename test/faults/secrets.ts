import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { postTo, setUpOperator } from '../support/operator.ts'
import { cookieOf, operator as someone } from '../support/page.ts'
import { startReceiver } from '../support/receiver.ts'

/**
 * A secret is nowhere but in the one answer that shows it: keys, credentials, webhook secrets, passwords, session cookies and
 * the tokens of links are made and used in every way, right and wrong, and then looked for in every file of the data
 * directory, in a backup, the log at its most talkative, the pages, the audit and the metrics. Usage: bun
 * test/faults/secrets.ts [keys]. Prints one line; exits with 1 when a promise broke.
 */
const [keysWanted = 4] = Bun.argv.slice(2).map(Number)
/** Letters alone: what looks like a phone number is taken out of many places, and would take a secret along. */
const random = () => crypto.randomUUID().replaceAll(/[-\d]/g, (one) => 'ghijklmnop'[Number(one)] ?? '')
const settings = {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
  CALLGATE_LOG_LEVEL: 'debug',
}

using directory = temporaryDirectory()
await using receiver = startReceiver()
const server = await startBinary(directory.path, settings)
process.on('exit', () => server.signal('SIGKILL'))
const { url, command } = server
const { agency } = await provision(command)
const operator = await setUpOperator(server)

const secrets = new Map<string, string>()
const keep = (kind: string, secret = '') => {
  if (secret.length < 12) throw new Error(`no ${kind}`)
  secrets.set(secret, kind)
  return secret
}
keep('setup token', operator.token)
keep('password', someone.password)
const keepCookie = (cookie: string) => keep('session cookie', cookie.split('=')[1])
keepCookie(operator.cookie)

/** Every answer that has no business to show a secret. */
const answers: string[] = []
const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${url}${path}`, { redirect: 'manual', ...init }).catch(() => undefined)
  if (!response) return undefined
  answers.push([...response.headers].flat().join('\n'), await response.text())
  return response
}
const json = (key: string, body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

const words = (text: string) => text.split(' ')

const headersOf = (secret: string): Record<string, string>[] => [
  { authorization: secret },
  { authorization: `Bearer ${secret}x` },
  { authorization: `Basic ${btoa(`${secret}:`)}` },
  ...words('x-api-key cookie referer x-request-id x-forwarded-for origin x-vapi-secret traceparent').map(
    (name) => ({ [name]: secret }),
  ),
]

/** A secret in all the places where it does not belong, with a right key beside it where that lets it further in. */
const misuse = async (secret: string, key: string) => {
  const trigger = '/api/v1/calls/trigger'
  const call = { phone_number: '+15551234500' }
  for (const headers of headersOf(secret)) {
    await ask('/api/v1/key', { headers: { authorization: `Bearer ${key}`, ...headers } })
    await ask(trigger, json(key, call, headers))
    await ask('/admin/sign-in', { headers })
  }
  for (const path of [`/api/v1/calls/${secret}`, `/${secret}`, `/admin/${secret}`, `/docs/${secret}`]) {
    await ask(path, { headers: { authorization: `Bearer ${key}` } })
    await ask(`${path}?key=${secret}`)
  }
  for (const path of ['/api/v1/key', '/admin/sign-in', '/healthz', '/hooks/vapi/x'])
    await ask(`${path}?api_key=${secret}&${secret}`, { headers: { authorization: `Bearer ${key}` } })
  for (const body of [
    { phone_number: secret },
    { ...call, agent_id: secret },
    { ...call, [secret]: 1 },
    `{"phone_number": "${secret}`,
  ])
    await ask(trigger, json(key, body))
  await ask('/hooks/vapi/x', json(key, { secret }))
  await ask('/admin/sign-in', {
    method: 'POST',
    body: new URLSearchParams({ email: secret, password: secret }),
  })
}

/** A key in what is kept. Of a key alone it can be known that it does not belong there. */
const misfile = async (secret: string, key: string) => {
  const call = { phone_number: '+15551234500' }
  for (const body of [
    { ...call, name: `key ${secret}` },
    { ...call, email: `${secret}@example.com` },
    { ...call, metadata: { deep: [{ key: secret }] } },
    { ...call, metadata: { [secret]: true } },
    JSON.stringify({ ...call, name: secret }).replace('bvai_', String.raw`\u0062vai\u005f`),
  ])
    await ask('/api/v1/calls/trigger', json(key, body))
  for (const name of ['idempotency-key', 'user-agent'])
    await ask('/api/v1/calls/trigger', json(key, call, { [name]: secret }))
  const post = async (path: string, fields: Record<string, string>) =>
    answers.push(await (await operator.post(path, fields)).text())
  await post('/admin/agencies', { name: secret, plan: 'agency' })
  await post(`/admin/agencies/${agency}/agents`, { name: secret, provider: 'simulator' })
  await post(`/admin/agencies/${agency}/agents`, { name: 'Ref', provider: 'vapi', ref: secret })
}

/** A provider that repeats in its refusals what it was sent. */
const parrot = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: ({ method, headers }) =>
    method === 'GET'
      ? Response.json([])
      : Response.json({ message: `not with ${headers.get('authorization')}` }, { status: 400 }),
})
const parrotUrl = `http://127.0.0.1:${parrot.port}`
const account = ['--agency', agency, '--provider', 'vapi', '--base-url', parrotUrl]
const environment = ['--agency', agency, '--environment', 'production']

const credential = (name: string) => ['--credential', `${name}=${keep('credential', random())}`]
await command('provider', 'set', ...account, ...credential('api_key'), ...credential('hook_secret'))
await operator.post(`/admin/agencies/${agency}/integrations/providers/vapi`, {
  base_url: parrotUrl,
  api_key: keep('credential', random()),
  hook_secret: keep('credential', random()),
})
const dials = ['--ref', crypto.randomUUID(), '--from', crypto.randomUUID()]
const vapi = ['--agency', agency, '--provider', 'vapi', '--name', 'V', ...dials]
const { id: agent } = await command('agent', 'create', ...vapi)

// An endpoint, whose secret is rotated once.
for (const rotating of [[], ['--rotate-secret']]) {
  const { secret } = await command('webhook', 'set', ...environment, '--url', receiver.url, ...rotating)
  keep('webhook secret', secret)
}
await command('webhook', 'test', ...environment).catch(() => {})

// Two people more, by links, one of whom forgets and changes a password.
const tokenOf = (link = '') => keep('link token', new URL(link).hash.slice(1))
const email = 'second@example.com'
const invited = await command('person', 'invite', '--email', email, '--role', 'operator')
const password = keep('password', `password-${random()}`)
const joined = await postTo(url, '/admin/invitation', { token: tokenOf(invited.link), password })
keepCookie(cookieOf(joined))
const reset = await command('person', 'reset', '--person', email)
const newer = keep('password', `password-${random()}`)
keepCookie(
  cookieOf(await postTo(url, '/admin/new-password', { token: tokenOf(reset.link), password: newer })),
)
const wrong = keep('password', `password-${random()}`)
await postTo(url, '/admin/sign-in', { email, password: wrong })
const changed = { current: newer, password: keep('password', `password-${random()}`) }
const again = cookieOf(await postTo(url, '/admin/sign-in', { email, password: newer }))
keepCookie(again)
const changing = await postTo(url, '/admin/account/password', changed, { cookie: again })
keepCookie(cookieOf(changing) || again)
tokenOf((await command('person', 'invite', '--email', 'third@example.com', '--role', 'operator')).link)

const admin = await command('token', 'create', '--name', 'ci', '--permission', '*')
const adminToken = keep('admin token', admin.token ?? '')
for (const path of ['token.list', `token.list?t=${adminToken}`, `${adminToken}`, 'key.rotate'])
  await ask(`/api/admin/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ agency: adminToken, environment: 'production' }),
  })
await ask('/api/v1/key', { headers: { authorization: `Bearer ${adminToken}` } })

let key = keep('key', (await command('key', 'generate', ...environment)).key)
let used = 0
for (let made = 1; made <= keysWanted; made++) {
  if ((await ask('/api/v1/key', { headers: { authorization: `Bearer ${key}` } }))?.status === 200) used++
  await ask(
    '/api/v1/calls/trigger',
    json(key, { phone_number: '+15551234500' }, { 'idempotency-key': random() }),
  )
  await ask('/api/v1/calls/trigger', json(key, { phone_number: '+15551234500', agent_id: agent }))
  await misuse(key, key)
  await misfile(key, key)
  const old = key
  if (made < keysWanted)
    key = keep(
      'key',
      made % 10 === 1
        ? (await command('key', 'rotate', ...environment, '--yes')).key
        : await operator.rotate(agency, 'production'),
    )
  await misuse(old, key)
}
for (const secret of [...secrets.keys()].filter((one) => secrets.get(one) !== 'key'))
  await misuse(secret, key)

// What there is to read, and what is left behind.
const own = `/admin/agencies/${agency}`
const pages = [
  ...words('agencies audit audit.csv people account').map((page) => `/admin/${page}`),
  ...words('agents calls calls.csv usage audit audit.csv integrations').map((page) => `${own}/${page}`),
  ...words('api providers/vapi api/production/webhook').map((page) => `${own}/integrations/${page}`),
]
const statuses = new Map<string, number>()
for (const path of ['/metrics', '/openapi.json', own, ...pages]) {
  const page = await operator.visit(path)
  statuses.set(path, page.status)
  answers.push(await page.text())
}
const unread = [...statuses].filter(([, status]) => status !== 200)
for (const [path, status] of unread) process.stderr.write(`${path} answered ${status}\n`)
for (const path of ['/api/v1/calls', '/api/v1/agents'])
  await ask(path, { headers: { authorization: `Bearer ${key}` } })
const told = [
  await command('doctor').catch((error: unknown) => error),
  await command('config'),
  await command('key', 'show', ...environment),
  await command('webhook', 'deliveries', ...environment),
]
const backup = join(directory.path, 'backup.db')
await command('backup', backup)
const filesNow = () =>
  readdirSync(directory.path, { withFileTypes: true })
    // The socket for commands holds nothing.
    .filter((entry) => entry.isFile())
    .map(({ name }) => ({ where: name, bytes: readFileSync(join(directory.path, name)) }))
const living = filesNow()
await server.stop()
await parrot.stop(true)

const places = [
  ...living,
  ...filesNow(),
  // The line with the setup link is the one that shows its token.
  { where: 'the log', bytes: Buffer.from(server.log.filter((line) => !line.includes('"setup"')).join('\n')) },
  { where: 'an answer', bytes: Buffer.from(answers.join('\n')) },
  {
    where: 'a command',
    bytes: Buffer.from(told.map((one) => JSON.stringify(one) ?? String(one)).join('\n')),
  },
  { where: 'a webhook', bytes: Buffer.from(JSON.stringify(receiver.received.map(({ body }) => body))) },
]
/** As it is, the middle of it, and as encodings make it. */
const disguises = (secret: string) => [
  secret,
  secret.slice(8, -4),
  btoa(secret).replaceAll('=', ''),
  Buffer.from(secret).toString('hex'),
]
const found = new Map<string, number>()
for (const { where, bytes } of places)
  for (const [secret, kind] of secrets)
    if (disguises(secret).some((text) => bytes.includes(text)))
      found.set(`${kind} in ${where}`, (found.get(`${kind} in ${where}`) ?? 0) + 1)
for (const [what, times] of found) process.stderr.write(`${what}: ${times}\n`)

const megabytes = places.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1024 / 1024
const kinds = new Set(secrets.values())
process.stdout.write(
  `${secrets.size} secrets of ${kinds.size} kinds, ${keysWanted} of them keys, used in ${answers.length} answers: ` +
    `${[...found.values()].reduce((sum, one) => sum + one, 0)} found in ${megabytes.toFixed(0)} MB of ${living.length} files, log, answers and exports\n`,
)
process.exit(found.size + unread.length === 0 && used === keysWanted && receiver.received.length > 0 ? 0 : 1)
