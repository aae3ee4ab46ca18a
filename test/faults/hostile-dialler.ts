import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { startAsking } from '../support/asker.ts'
import { allowEveryNumber, askAt, provision, startBinary } from '../support/binary.ts'
import { createFastClock } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { quantile } from '../support/latency.ts'
import { freePort } from '../support/port.ts'
import { holdings } from '../support/process.ts'
import { createRandom } from '../support/random.ts'

/**
 * An agency's own dialler answers everything with as much as it may, and more: orders, questions, reports at the hook and
 * recordings that are read slowly. The server's memory stays flat, it answers others meanwhile, and a list of such calls is
 * bounded. Usage: bun test/faults/hostile-dialler.ts [calls] [seconds] [seed]. Prints one line; exits with 1 when a promise
 * broke. Up to twenty calls go through a server whose clock runs three times as fast.
 */
const [calls = 12, seconds = 8, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random, pick } = createRandom(seed)
const [origin, speed] = [Date.now(), calls > 20 ? 1 : 3]
const clock = createFastClock(origin, speed)
/** What a heap may take of which most is garbage: the bytes in flight are 48 MB at most. */
const growthMostMb = 400
/** Above what a page of calls comes to, whatever they hold. */
const pageMostMb = 3
/** No bound on the machine's speed: a server that is held up by what it is told answers in seconds. */
const slowMs = 1000
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const mostBytes = 4 * 1024 * 1024 - 1024

/** A member that makes JSON as large as may be. */
const filled = (count: number, part: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => part(at)).join(',')
const stuffings = {
  'a long text': () => `"summary":"${'x'.repeat(mostBytes)}"`,
  'a long text to escape': () => `"reason":"${String.raw`\u0000`.repeat(mostBytes / 6)}"`,
  'long speeches': () =>
    `"transcript":[${filled(120, () => `{"role":"agent","content":"${'y'.repeat(34_000)}"}`)}]`,
  'many lines': () => `"transcript":[${filled(100_000, () => '{"role":"human","content":"Hi"}')}]`,
  numbers: () => `"analysis":{"numbers":[1234567890123456,${filled(2_000_000, () => '1')}]}`,
  members: () => `"analysis":{${filled(300_000, (at) => `"k${at}":${at % 10}`)}}`,
  'members in some objects': () =>
    `"analysis":{${filled(25, (one) => `"o${one}":{${filled(9000, (at) => `"k${one}_${at}":1`)}}`)}}`,
  'empty objects': () => `"analysis":{"empty":[${filled(1_300_000, () => '{}')}]}`,
  nesting: () => `"analysis":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
  'its secret': () => `"reason":"${secret.repeat(mostBytes / secret.length)}"`,
}
const stuffed = Object.values(stuffings).map((stuffing) => stuffing())

const endless = (chunk: string, pauseMs = 0) => {
  const bytes = Buffer.from(chunk)
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await Bun.sleep(pauseMs)
      controller.enqueue(bytes)
    },
  })
}
const json = { 'content-type': 'application/json' }
const worse = [
  () => new Response(endless(`{"a":${' '.repeat(65_536)}`), { headers: json }),
  () => new Response(endless(' ', 100), { headers: json }),
  () => new Response(endless('x'.repeat(65_536)), { headers: { ...json, 'content-length': '99999999999' } }),
  () => new Response('{}', { headers: { ...json, 'x-long': 'x'.repeat(8 * 1024 * 1024) } }),
  () => new Promise<Response>(() => {}),
]

let [answers, recordings] = [0, 0]
const said = (fields: object) => JSON.stringify(fields).replace(/}$/, `,${pick(stuffed)}}`)
const dialler = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  idleTimeout: 0,
  fetch: async (request) => {
    if (request.method === 'GET') {
      recordings++
      return new Response(endless('x'.repeat(65_536)), { headers: { 'content-type': 'audio/wav' } })
    }
    const { type, call_id: callId } = (await request.json()) as { type: string; call_id: string }
    if (type === 'check') return Response.json({ ok: true })
    answers++
    if (type === 'call.place') return new Response(said({ id: callId }), { headers: json })
    // A call that it goes on to speak of is asked about again and again.
    if (random() < 0.2) return pick(worse)()
    return new Response(said({ id: callId, status: 'in_progress' }), { headers: json })
  },
})

using directory = temporaryDirectory()
const root = join(import.meta.dir, '../..')
const program = ['bun', '--tsconfig-override', `${root}/tsconfig.json`, `${root}/test/faults/fast.ts`]
await using server = await startBinary(
  directory.path,
  {
    CALLGATE_PORT: String(freePort()),
    CALLGATE_REQUESTS_PER_MINUTE: '1000000',
    CALLGATE_CONCURRENT_CALLS: '1000000',
    CALLGATE_LOG_LEVEL: 'error',
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
  },
  speed === 1 ? undefined : [...program, String(origin), String(speed)],
)
const { agency, newKey } = await provision(server.command)
const key = await newKey()
const authorization = `Bearer ${key}`
const whose = ['--agency', agency, '--provider', 'http']
const given = ['--base-url', dialler.url.origin, '--credential', `hook_secret=${secret}`]
await allowEveryNumber(server.command)
const { hook_url: hookUrl = '' } = await server.command('provider', 'set', ...whose, ...given)
const { id: agentId } = await server.command('agent', 'create', ...whose, '--name', 'Mallory')

const trigger = async (number: number) => {
  const answer = await fetch(`${server.url}/api/v1/calls/trigger`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ phone_number: `+1555${1_000_000 + number}`, agent_id: agentId }),
  })
  return ((await answer.json()) as { call_id: string }).call_id
}

const webhook = new Webhook(secret)
const statuses = new Map<number, number>()
const report = async (fields: object, body = said(fields)) => {
  const [id, at] = [`msg_${crypto.randomUUID()}`, new Date(clock.now())]
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, at, body),
  }
  const { status } = await fetch(hookUrl, { method: 'POST', headers, body })
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
  return status
}

let isOver = false
/** Reports at the hook, a few at once and one after the other. */
const reporting = async (ids: string[]) => {
  while (!isOver) {
    await report({ call_id: pick(ids), status: 'in_progress' })
    await Bun.sleep(500)
  }
}
/** Reads a recording without end as slowly as a bad line does. */
const listening = async (id: string) => {
  const stop = new AbortController()
  const answer = await fetch(`${server.url}/api/v1/calls/${id}/recording`, {
    headers: { authorization },
    signal: stop.signal,
  })
  const reader = answer.body?.getReader()
  while (!isOver) {
    // It is cut off where it comes to more than is passed on.
    if ((await reader?.read().catch(() => undefined)) === undefined) return
    await Bun.sleep(100)
  }
  stop.abort()
}

const before = holdings(server.pid).residentMb
let peak = before
const watching = async () => {
  while (!isOver) {
    peak = Math.max(peak, holdings(server.pid).residentMb)
    await Bun.sleep(20)
  }
}
const asked = { url: `${server.url}/healthz`, headers: {}, perSecond: 50 }
/** Seconds without it, by which those beside it are judged. */
const quiet = startAsking(asked)
await Bun.sleep(calls > 20 ? 5000 : 500)
const alone = await quiet.stop()
const asking = startAsking(asked)
const ids = await Promise.all(Array.from({ length: calls }, (_, number) => trigger(number)))
const over = await trigger(calls)
const recording_url = `${dialler.url.origin}/recording.wav`
const end = { call_id: over, status: 'completed', recording_url }
while ((await report(end, JSON.stringify(end))) !== 200) await Bun.sleep(500)
const work = [watching(), reporting(ids), reporting(ids), listening(over), listening(over)]
await Bun.sleep(seconds * 1000)
// All at once: more than are taken in at a time.
await Promise.all(ids.map((id) => report({ call_id: id, status: 'in_progress' })))
isOver = true
await Promise.all(work)
const times = await asking.stop()

for (const id of ids)
  while ((await report({ call_id: id, status: 'completed' })) !== 200) await Bun.sleep(500)
const listedAt = performance.now()
const list = await askAt(server.url, key, '/api/v1/calls?limit=40')
const listedMb = (await list.arrayBuffer()).byteLength / 1024 ** 2
const listTookMs = Math.round(performance.now() - listedAt)
await Bun.sleep(2000)
const after = holdings(server.pid).residentMb
const p99 = quantile(times, 0.99)
const odd = [...statuses.keys()].filter((status) => status !== 200 && status !== 503)
const held =
  answers >= calls &&
  recordings > 0 &&
  !(peak - before > growthMostMb) &&
  p99 < slowMs &&
  list.ok &&
  listedMb < pageMostMb &&
  odd.length === 0

process.stdout.write(
  `${calls} calls for ${seconds} s at a dialler that gives ${answers} answers, ${statuses.get(200) ?? 0} reports and ` +
    `${recordings} recordings as large as may be or larger (${statuses.get(503) ?? 0} reports told to come back): memory ` +
    `${before} MB before, ${peak} MB at most, ${after} MB after; /healthz p99 ${quantile(alone, 0.99)} ms alone; beside it p50 ${quantile(times, 0.5)} ms, p99 ${p99} ms, longest ` +
    `${quantile(times, 1)} ms; a list of them ${listedMb.toFixed(1)} MB in ${listTookMs} ms (seed ${seed})\n`,
)
// What it never answers would keep this process alive.
await server.stop()
await dialler.stop(true)
process.exit(held ? 0 : 1)
