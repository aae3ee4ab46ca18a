import { Database } from 'bun:sqlite'
import { join } from 'node:path'
import { connectProvider, provision, startBinary } from '../support/binary.ts'
import { createFastClock } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { readDisk } from '../support/disk.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import type { Behaviour, FakeProvider, HookRequest, CallState } from '../support/fakes/fake.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { startFakeRetell } from '../support/fakes/retell.ts'
import { startFakeTwilio } from '../support/fakes/twilio.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'
import { freePort } from '../support/port.ts'
import { createRandom } from '../support/random.ts'
import { outcomesOf } from './outcome.ts'

/**
 * Every call ends as it did at its provider, and no phone rings twice: calls over all providers, with random faults there,
 * and the server killed again and again, every other time between a create's arrival and its answer. Usage: bun
 * test/faults/calls.ts [calls] [kills] [seed]. Prints one line; exits with 1 when a promise broke. More than a hundred calls
 * go through the executable in real time, which takes minutes; fewer through the same server by a faster clock.
 */
const [calls = 60, kills = 4, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random, pick } = createRandom(seed)
/** How long an answer, or a create to be ambushed, is waited for. */
const patienceMs = 5000
const clientsAtOnce = Math.min(20, Math.ceil(calls / 10))
const [origin, speed] = [Date.now(), calls > 100 ? 1 : 30]
/**
 * Above the two and a half minutes for which a provider's not knowing a call proves nothing; by a fast clock an answer takes
 * long too.
 */
const capSeconds = speed === 1 ? 200 : 400
const clock = createFastClock(origin, speed)
const settings = {
  CALLGATE_PORT: String(freePort()),
  CALLGATE_MAX_CALL_SECONDS: String(capSeconds),
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
}
const losesAnswer: Behaviour[] = [
  'reset after accepting',
  'answer HTML',
  'answer nothing',
  'answer half',
  'fail',
]
const faults: Behaviour[] = [...losesAnswer, 'answer late', 'refuse', 'no capacity']
const endings: CallState[] = ['completed', 'completed', 'busy', 'no_answer', 'failed']

interface Connected {
  fake: FakeProvider
  agentId: string
  hookUrl: string
}

using directory = temporaryDirectory()
const start = () => {
  const root = join(import.meta.dir, '../..')
  const program = ['bun', '--tsconfig-override', `${root}/tsconfig.json`, `${root}/test/faults/fast.ts`]
  const fast = [...program, String(origin), String(speed)]
  return startBinary(directory.path, settings, speed === 1 ? undefined : fast)
}
let server = await start()
process.on('exit', () => void server.kill())
const { agency, newKey } = await provision(server.command)
const key = await newKey()
const connected = await Promise.all(
  [startFakeVapi, startFakeRetell, startFakeBland, startFakeElevenLabs, startFakeTwilio, startFakeHttp].map(
    connect,
  ),
)

async function connect(startFake: () => Promise<FakeProvider>): Promise<Connected> {
  const fake = await startFake()
  const one = { fake, ...(await connectProvider(server.command, agency, fake)) }
  fake.runBy(clock)
  fake.watch((callId) => {
    lives.push(live(one, callId))
    return ambush?.()
  })
  return one
}

/** Asks for a call until it is answered: the same Idempotency-Key makes that safe. */
const trigger = async (agentId: string, idempotencyKey: string, phoneNumber: string): Promise<string> => {
  for (;;) {
    const answer = await fetch(`${server.url}/api/v1/calls/trigger`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
      },
      body: JSON.stringify({ phone_number: phoneNumber, agent_id: agentId, name: 'Jane' }),
      signal: AbortSignal.timeout(patienceMs),
    }).catch(() => undefined)
    if (answer?.status === 200) return ((await answer.json()) as { call_id: string }).call_id
    await Bun.sleep(20)
  }
}

const deliver = async (hookUrl: string, { headers, body, search }: HookRequest) => {
  const signal = AbortSignal.timeout(patienceMs)
  const answer = fetch(`${hookUrl}${search}`, { method: 'POST', headers, body, signal })
  return (await answer.catch(() => undefined))?.status
}

/** Calls of whose end a report was taken. */
const reported = new Set<string>()

/** What becomes of a call at its provider: told, told twice, told late, or never told. */
const live = async ({ fake, hookUrl }: Connected, callId: string) => {
  const states: CallState[] = random() < 0.7 ? ['answered', pick(endings)] : [pick(endings), 'answered']
  for (const state of states) {
    await Bun.sleep(random() * 400)
    if (state !== 'answered') fake.move(callId, state)
    const times = pick([0, 1, 1, 1, 2])
    for (let time = 0; time < times; time++)
      for (const request of fake.reports(callId, state, clock.now()))
        if ((await deliver(hookUrl, request)) === 200 && state !== 'answered') reported.add(callId)
  }
}

const triggered = new Map<string, FakeProvider>()
const lives: Promise<void>[] = []
let begun = 0

const client = async () => {
  while (begun < calls) {
    const number = begun++
    const { fake, agentId } = pick(connected)
    if (random() < 0.25) fake.behave(pick(faults))
    triggered.set(await trigger(agentId, `call-${number}`, `+1555${1_000_000 + number}`), fake)
  }
}

/** Calls whose order was on its way when the server was killed, as they stood on disk. */
const orphans = new Set<string>()
let killed = 0
let ambushed = 0
/** Set while the server is to be killed before the next create is answered. */
let ambush: (() => Promise<void>) | undefined

const kill = async () => {
  ambush = undefined
  await server.kill()
  killed++
  readDisk(directory.database, (disk) => {
    for (const [id] of disk.query("select id from calls where dispatch = 'sending'").values())
      orphans.add(String(id))
  })
}

const killBeforeAnswer = async () => {
  const before = ambushed
  const { promise, resolve } = Promise.withResolvers<void>()
  ambush = async () => {
    ambushed++
    await kill()
    resolve()
  }
  await Promise.race([promise, Bun.sleep(patienceMs)])
  if (ambushed === before) await kill()
}

/** Kills the server as the calls go out, evenly over the run: between a create and its answer, and at random. */
const killer = async () => {
  while (killed < kills) {
    while (begun < (calls * (killed + 1)) / (kills + 1)) await Bun.sleep(5)
    if (killed % 2 === 0) await killBeforeAnswer()
    else await Bun.sleep(random() * 100).then(kill)
    server = await start()
  }
}

await Promise.all([killer(), ...Array.from({ length: clientsAtOnce }, client)])

const database = new Database(directory.database, { readonly: true })
const count = (condition: string) =>
  Number(database.query(`select count(*) from calls where ${condition}`).values()[0]?.[0])
const patienceUntil = clock.now() + (capSeconds + 60) * 1000
while (count('ended_at is null') > 0 && clock.now() < patienceUntil) await Bun.sleep(100)
await Promise.all(lives)

interface Row {
  id: string
  status: string
  reason_code: string | null
}
const rows = database.query('select id, status, reason_code from calls').all() as Row[]
const differing = rows.flatMap(({ id, status, reason_code }) => {
  const fake = triggered.get(id)
  if (!fake) return [`${id}: nobody triggered it`]
  const answerLost = orphans.has(id) || losesAnswer.some((one) => one === fake.treatmentOf(id))
  const right = outcomesOf({ fake, callId: id, answerLost, reported: reported.has(id) })
  const outcome = reason_code === null ? status : `${status} ${reason_code}`
  return right.includes(outcome) ? [] : [`${fake.kind.name} ${id}: ${outcome}, not ${right.join(' or ')}`]
})
for (const difference of differing) process.stderr.write(`${difference}\n`)

const open = count('ended_at is null')
const most = Math.max(...[...triggered].map(([callId, fake]) => fake.createsOf(callId)))
const complaints = connected.flatMap(({ fake }) => fake.complaints)
for (const complaint of complaints) process.stderr.write(`${complaint}\n`)
const slots = await fetch(`${server.url}/api/v1/key`, { headers: { authorization: `Bearer ${key}` } })
const active = ((await slots.json()) as { data: { limits: { concurrent_calls: { active: number } } } }).data
  .limits.concurrent_calls.active
const statuses = database.query('select status, count(*) from calls group by status').values()
const held = open + active + differing.length + complaints.length === 0 && most === 1 && rows.length === calls

process.stdout.write(
  `${calls} calls over ${connected.length} providers, ${killed} x kill -9, ${ambushed} of them before a create's ` +
    `answer: ${open} open, ${active} leases, ${most} creates a call at most, ${differing.length} ended otherwise than ` +
    `at the provider, ${complaints.length} malformed orders (${statuses.map(([status, number]) => `${status} ${number}`).join(', ')}; ` +
    `${count("reason_code = 'max_duration'")} by the cap; seed ${seed})\n`,
)
await server.kill()
for (const { fake } of connected) await fake[Symbol.asyncDispose]()
database.close()
process.exit(held ? 0 : 1)
