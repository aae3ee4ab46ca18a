import { join } from 'node:path'
import { connectProvider, provision, startBinary } from '../support/binary.ts'
import { createFastClock } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { readDisk } from '../support/disk.ts'
import type { CallState } from '../support/fakes/fake.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { freePort } from '../support/port.ts'
import { createRandom } from '../support/random.ts'

/**
 * What was used of a budget is the sum of the calls, and a hard budget is never exceeded: calls of random lengths and ends by
 * many clients, the server killed again and again. Usage: bun test/faults/budgets.ts [calls] [kills] [seed]. Prints one line;
 * exits with 1 when a promise broke. The server keeps a faster clock, so that calls have lengths.
 */
const [calls = 120, kills = 2, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random, pick } = createRandom(seed)
const [origin, speed] = [Date.now(), 60]
const clock = createFastClock(origin, speed)
const longestSeconds = 240
/** So that it is used up before the calls are. */
const budgetMinutes = Math.ceil(calls / 4) + 40
const clientsAtOnce = 16
const patienceMs = 5000

using directory = temporaryDirectory()
const root = join(import.meta.dir, '../..')
const program = ['bun', '--tsconfig-override', `${root}/tsconfig.json`, `${root}/test/faults/fast.ts`]
const settings = {
  CALLGATE_PORT: String(freePort()),
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_MAX_CALL_SECONDS: String(longestSeconds),
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
  CALLGATE_LOG_LEVEL: 'error',
}
const start = () => startBinary(directory.path, settings, [...program, String(origin), String(speed)])
let server = await start()
process.on('exit', () => void server.kill())
const { agency, newKey } = await provision(server.command)
const key = await newKey()
const fake = await startFakeHttp()
fake.runBy(clock)
const { agentId, hookUrl } = await connectProvider(server.command, agency, fake)
const month = ['--minutes-per-month', String(budgetMinutes), '--hard-budget', 'true']
await server.command('policy', 'set', '--agency', agency, ...month)

const report = async (callId: string, state: CallState) => {
  for (const { headers, body, search } of fake.reports(callId, state, clock.now()))
    for (;;) {
      const signal = AbortSignal.timeout(patienceMs)
      const sent = fetch(`${hookUrl}${search}`, { method: 'POST', headers, body, signal })
      if ((await sent.catch(() => undefined))?.ok) break
      await Bun.sleep(50)
    }
}

const lives: Promise<void>[] = []
const live = async (callId: string) => {
  const isAnswered = random() < 0.8
  await Bun.sleep(random() * 100)
  if (isAnswered) await report(callId, 'answered')
  await Bun.sleep(random() * 1000)
  const ending = isAnswered ? 'completed' : pick<CallState>(['busy', 'no_answer', 'failed'])
  fake.move(callId, ending)
  const times = pick([0, 1, 1, 2])
  for (let time = 0; time < times; time++) await report(callId, ending)
}
fake.watch((callId) => void lives.push(live(callId)))

const answers = new Map<number, number>()
let begun = 0
const trigger = async (number: number) => {
  for (;;) {
    const answer = await fetch(`${server.url}/api/v1/calls/trigger`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': `call-${number}`,
      },
      body: JSON.stringify({ phone_number: `+1555${1_000_000 + number}`, agent_id: agentId }),
      signal: AbortSignal.timeout(patienceMs),
    }).catch(() => undefined)
    await answer?.arrayBuffer().catch(() => undefined)
    if (answer && answer.status !== 503) return answer.status
    await Bun.sleep(20)
  }
}
const client = async () => {
  while (begun < calls) {
    const status = await trigger(begun++)
    answers.set(status, (answers.get(status) ?? 0) + 1)
    if (status === 402) await Bun.sleep(random() * 100)
  }
}

let killed = 0
const killer = async () => {
  while (killed < kills) {
    while (begun < (calls * (killed + 1)) / (kills + 1)) await Bun.sleep(5)
    await Bun.sleep(random() * 100)
    await server.kill()
    killed++
    server = await start()
  }
}
await Promise.all([killer(), ...Array.from({ length: clientsAtOnce }, client)])
await Promise.all(lives)

interface Sums {
  calls: number
  seconds: number
  reserved: number
}
const sums = (query: string) =>
  readDisk(directory.database, (database) => database.query<Sums, []>(query).get() ?? undefined)
const counted = () =>
  sums('select sum(calls) calls, sum(seconds) seconds, sum(reserved_seconds) reserved from spending')
const made = () =>
  sums(`select count(*) calls, sum(duration_seconds) seconds,
    coalesce(sum(case when ended_at is null then ${longestSeconds} else 0 end), 0) reserved from calls`)
const until = performance.now() + 60_000
while ((made()?.reserved ?? 0) > 0 && performance.now() < until) await Bun.sleep(200)

await server.kill()
const [spent, sum] = [counted(), made()]
const over = Math.max(0, (spent?.seconds ?? 0) - budgetMinutes * 60)
const strange = [...answers].filter(([status]) => status !== 200 && status !== 402)
process.stdout.write(
  `${calls} triggers, ${killed} x kill -9: ${answers.get(200) ?? 0} placed, ${answers.get(402) ?? 0} refused by the budget; ` +
    `counted ${spent?.calls} calls and ${spent?.seconds} s, the calls have ${sum?.calls} and ${sum?.seconds} s; ` +
    `${spent?.reserved} s reserved at the end, ${over} s over a hard budget of ${budgetMinutes} min (seed ${seed})\n`,
)
const isExact = spent?.calls === sum?.calls && spent?.seconds === sum?.seconds
await fake[Symbol.asyncDispose]()
process.exit(isExact && over + (spent?.reserved ?? 1) + strange.length === 0 && answers.get(402) ? 0 : 1)
