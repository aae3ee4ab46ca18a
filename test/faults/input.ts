import { Database } from 'bun:sqlite'
import { providerKinds } from '../../src/providers/kinds.ts'
import { askAt, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate } from '../support/gate.ts'
import { setUpOperator } from '../support/operator.ts'
import { holdings } from '../support/process.ts'
import { answersIn, sendRaw, statusOf } from '../support/raw.ts'
import { type Generated, generate } from './generated.ts'

/**
 * No input makes an answer of the 500s, is repeated by a refusal, brings internals to light or fills memory: generated
 * requests over every route. Usage: bun test/faults/input.ts [requests] [seed]. Prints one line; exits with 1 when a promise
 * broke. The same seed sends the same requests, but for keys and ids.
 */
const [requests = 2000, seed = 1] = Bun.argv.slice(2).map(Number)
const clientsAtOnce = 24
/** Memory is compared from here on: before, a young heap finds its size. */
const warmAfter = requests / 4
const growthMostMb = 100

using directory = temporaryDirectory()
await using server = await startBinary(directory.path, {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_MAX_CALL_SECONDS: '60',
  CALLGATE_LOG_LEVEL: 'error',
})
const { command, url } = server
const { agency: own, agent, newKey } = await provision(server.command)
const key = await newKey()
// What the page's forms may spoil is not what the API is asked with.
const { id: spoilt = '' } = await command('agency', 'create', '--name', 'Spoilt', '--plan', 'agency')
const { cookie } = await setUpOperator(server)

const described = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: Record<string, object> }
const ofApi = Object.entries(described.paths).flatMap(([path, verbs]) =>
  Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
)
/** After these nobody is signed in any more. */
const signsOut = /sign-out/
const ofPage = createGate()
  .app.routes.map(({ method, path }) => `${method} ${path}`)
  .filter((route) => !route.includes('/api/v1') && !signsOut.test(route))
const triggered = await fetch(`${url}/api/v1/calls/trigger`, {
  method: 'POST',
  headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
  body: '{"phone_number":"+15551234507"}',
})
const { call_id: call = '' } = (await triggered.json()) as { call_id?: string }
const { id: spoiltAgent = '' } = await command('agent', 'create', '--agency', spoilt, '--name', 'Ben')
const behind = {
  agency: [spoilt],
  agent: [spoiltAgent, agent],
  call_id: [call],
  call: [call],
  environment: ['production', 'staging'],
  provider: providerKinds.map(({ name }) => name),
}
// Half of all requests are the API's.
const routes = [
  ...Array.from({ length: Math.ceil(ofPage.length / ofApi.length) }, () => ofApi).flat(),
  ...ofPage,
]

const internals =
  /\bat \S+ \(|\.tsx?:\d|\$bunfs|node_modules|SQLITE_|SQLiteError|\b(?:TypeError|RangeError|SyntaxError|ZodError)\b|drizzle|insert into|select \* from|\/tmp\/callgate/i
const troubles = new Map<string, number>()
const complain = (trouble: string, { route, bytes }: Generated, received: string) => {
  const known = troubles.get(trouble) ?? 0
  troubles.set(trouble, known + 1)
  if (known >= 3) return
  const said = `${bytes.slice(0, 1500)}\n--->\n${received.slice(0, 1500)}`
  process.stderr.write(`${trouble}: ${route}\n${JSON.stringify(said)}\n`)
}

/** A page shows a form again as it was filled in, as text: there, only what is not escaped is a repetition. */
const repeats = (received: string, marker: string) => {
  const at = received.indexOf('\r\n\r\n')
  const [head, body] = [received.slice(0, at), received.slice(at)]
  if (head.includes(marker)) return true
  return /content-type: text\/html/i.test(head) ? body.includes(`<${marker}`) : body.includes(marker)
}

const statuses = new Map<number, number>()
const judge = (sent: Generated, received: string) => {
  const status = statusOf(received)
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
  if (Number.isNaN(status) && !sent.isUnheardOf) complain('no answer', sent, received)
  if (answersIn(received) > 1) complain('more than one answer', sent, received)
  if (status >= 500) complain('an answer of the 500s', sent, received)
  if (status >= 400 && repeats(received, sent.marker)) complain('input repeated', sent, received)
  if (status >= 400 && internals.test(received)) complain('internals shown', sent, received)
}

const gate = { routes, key, cookie, behind }
let next = 0
let warmMb = 0
const client = async () => {
  while (next < requests) {
    const number = next++
    if (number >= warmAfter && warmMb === 0) warmMb = holdings(server.pid).residentMb
    const sent = generate(gate, seed, number)
    judge(sent, await sendRaw(url, sent.bytes))
  }
}
await Promise.all(Array.from({ length: clientsAtOnce }, client))

const { residentMb } = holdings(server.pid)
const { status } = await askAt(url, key)
const database = new Database(directory.database, { readonly: true })
const integrity = String(database.query('pragma integrity_check').values()[0]?.[0])
const calls = Number(database.query('select count(*) from calls where agency_id = ?').values(own)[0]?.[0])
database.close()
const sorted = [...statuses].toSorted(([a], [b]) => a - b).map(([one, count]) => `${one} ${count}`)
const found = [...troubles].map(([trouble, count]) => `${count} x ${trouble}`)
process.stdout.write(
  `${requests} requests over ${ofApi.length + ofPage.length} routes (${sorted.join(', ')}; ${calls} made calls): ` +
    `${found.length > 0 ? found.join(', ') : 'no answer of the 500s, no input repeated, no internals shown'}; ` +
    `memory ${warmMb} and ${residentMb} MB, database ${integrity} (seed ${seed})\n`,
)
const held = troubles.size === 0 && status === 200 && integrity === 'ok'
process.exitCode = held && !(residentMb - warmMb > growthMostMb) ? 0 : 1
