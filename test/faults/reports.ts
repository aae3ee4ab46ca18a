import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { startAsking } from '../support/asker.ts'
import { askAt, connectProvider, provision, startBinary } from '../support/binary.ts'
import { createFastClock } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import type { FakeProvider, HookRequest } from '../support/fakes/fake.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { startFakeRetell } from '../support/fakes/retell.ts'
import { startFakeTwilio } from '../support/fakes/twilio.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'
import { quantile, steadily } from '../support/latency.ts'
import { freePort } from '../support/port.ts'
import { holdings } from '../support/process.ts'
import { createRandom } from '../support/random.ts'

/**
 * Calls over all providers end with reports of 1 KB to 4 MB, half of them at the hook, half when the provider is asked: each
 * slot is free within a second of the first report, while others ask for their key. Twilio's reports stay small: they hold
 * nothing that was said. Usage: bun test/faults/reports.ts [calls] [seed]. Prints one line; exits with 1 when a promise
 * broke. More than a hundred calls go through the executable in real time, fewer through the same server by a faster clock.
 */
const [calls = 60, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random, pick } = createRandom(seed)
const [origin, speed] = [Date.now(), calls > 100 ? 1 : 30]
const clock = createFastClock(origin, speed)
const callsPerSecond = 20
/** A small run, beside whatever else a machine does, is not judged by its speed. */
const lateMs = calls > 100 ? 1000 : 10_000
/** Silent calls are asked about after fifteen seconds. */
const patienceMs = 60_000
const [leastBytes, mostBytes] = [1024, 4 * 1024 * 1024 - 4096]

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

interface Ended {
  fake: FakeProvider
  byHook: boolean
}
/** The calls that are over at their providers. */
const ended = new Map<string, Ended>()
const freeAt = new Map<string, number>()
const lives: Promise<void>[] = []
let busy = 0

const deliver = async (hookUrl: string, { headers, body, search }: HookRequest) => {
  for (;;) {
    const answer = await fetch(`${hookUrl}${search}`, { method: 'POST', headers, body })
    await answer.arrayBuffer()
    if (answer.status === 200) return
    if (answer.status !== 503) throw new Error(`a report was answered with ${answer.status}`)
    busy++
    await Bun.sleep(Number(answer.headers.get('retry-after')) * 1000)
  }
}

/** The call ends at once. Its reports come in any order: the largest one first takes longest to read. */
const end = async (fake: FakeProvider, hookUrl: string, callId: string) => {
  const byHook = random() < 0.5
  fake.lengthen(callId, Math.round(leastBytes * (mostBytes / leastBytes) ** random()))
  fake.move(callId, 'completed')
  ended.set(callId, { fake, byHook })
  if (!byHook) return
  const reports = fake.reports(callId, 'completed', clock.now())
  for (const report of reports.toSorted((a, b) => b.body.length - a.body.length))
    await deliver(hookUrl, report)
}

const connected = await Promise.all(
  [startFakeVapi, startFakeRetell, startFakeBland, startFakeElevenLabs, startFakeTwilio, startFakeHttp].map(
    async (startFake) => {
      const fake = await startFake()
      const account = await connectProvider(server.command, agency, fake)
      fake.runBy(clock)
      // The order is answered first, and nothing of the report is what that took.
      fake.watch((callId) => void lives.push(Bun.sleep(50).then(() => end(fake, account.hookUrl, callId))))
      return { fake, ...account }
    },
  ),
)

const askKey = async () => {
  const answer = await askAt(server.url, key)
  const { data } = (await answer.json()) as { data: { limits: { concurrent_calls: { active: number } } } }
  return data.limits.concurrent_calls.active
}
const trigger = async (number: number) => {
  const answer = await fetch(`${server.url}/api/v1/calls/trigger`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ phone_number: `+1555${1_000_000 + number}`, agent_id: pick(connected).agentId }),
  })
  if (answer.status !== 200) throw new Error(`a trigger was answered with ${answer.status}`)
}

/** Seconds without any report, by which those beside them are judged. */
const aloneMs = calls > 100 ? 5000 : 500
const asked = { url: `${server.url}/api/v1/key`, headers: { authorization: `Bearer ${key}` }, perSecond: 50 }
const quiet = startAsking(asked)
await Bun.sleep(aloneMs)
const alone = await quiet.stop()

const database = new Database(directory.database, { readonly: true })
const goingOn = database.query<{ id: string }, []>('select id from calls where ended_at is null')
const before = holdings(server.pid).residentMb
let peak = before
let [begun, isOver] = [0, false]
const watching = async () => {
  const givenUpAt = performance.now() + (calls / callsPerSecond) * 1000 + patienceMs
  while (freeAt.size < calls && performance.now() < givenUpAt) {
    const open = new Set(goingOn.all().map(({ id }) => id))
    const now = performance.now()
    for (const callId of ended.keys()) if (!open.has(callId) && !freeAt.has(callId)) freeAt.set(callId, now)
    peak = Math.max(peak, holdings(server.pid).residentMb)
    await Bun.sleep(10)
  }
  isOver = true
}
const asking = startAsking(asked)
await Promise.all([
  steadily(
    callsPerSecond,
    () => begun >= calls || isOver,
    () => trigger(begun++),
  ),
  watching(),
])
const beside = await asking.stop()
await Promise.all(lives)

const took = (byHook: boolean) =>
  [...ended]
    .filter(([, call]) => call.byHook === byHook)
    .map(
      ([callId, { fake }]) => (freeAt.get(callId) ?? Number.POSITIVE_INFINITY) - (fake.toldAt(callId) ?? 0),
    )
const [hook, poll] = [took(true), took(false)]
const late = [...hook, ...poll].filter((ms) => ms > lateMs).length
const active = await askKey()
const complaints = connected.flatMap(({ fake }) => fake.complaints)
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
const held = freeAt.size === calls && late + active + complaints.length === 0

const times = (all: readonly number[]) =>
  `p50 ${quantile(all, 0.5)} ms, p99 ${quantile(all, 0.99)} ms, longest ${quantile(all, 1)} ms`
process.stdout.write(
  `${freeAt.size} of ${calls} calls over ${connected.length} providers ended with reports of 1 KB to 4 MB; from the report to ` +
    `the free slot: at the hook (${hook.length}) ${times(hook)}, when asked (${poll.length}) ${times(poll)}; ${late} later than ` +
    `${lateMs / 1000} s, ${active} slots taken at the end, ${busy} reports told to come back; GET /key ${times(alone)} alone, ` +
    `${times(beside)} beside them; memory ${before} MB before, ${peak} MB at most (seed ${seed})\n`,
)
database.close()
for (const { fake } of connected) await fake[Symbol.asyncDispose]()
process.exitCode = held ? 0 : 1
