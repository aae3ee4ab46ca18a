import { openDatabase } from '../../src/storage/database.ts'
import { provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import type { Behaviour, FakeProvider, HookRequest, Standing } from '../support/fakes/fake.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { startFakeRetell } from '../support/fakes/retell.ts'
import { startFakeTwilio } from '../support/fakes/twilio.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'
import { freePort } from '../support/port.ts'
import { createRandom } from '../support/random.ts'

/**
 * Every call ends, and no phone rings twice: calls over all providers, with random faults there, and the server killed
 * again and again. Usage: bun test/faults/calls.ts [calls] [kills] [seed]. Prints one line; exits with 1 when a promise
 * broke.
 */
const [calls = 60, kills = 3, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random, pick } = createRandom(seed)
const clientsAtOnce = 20
const settings = {
  CALLGATE_PORT: String(freePort()),
  CALLGATE_MAX_CALL_SECONDS: '20',
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
}
const faults: Behaviour[] = [
  'reset after accepting',
  'answer late',
  'refuse',
  'no capacity',
  'answer HTML',
  'answer nothing',
  'answer half',
  'fail',
]
const endings: Standing[] = ['completed', 'completed', 'busy', 'no_answer', 'failed']

interface Connected {
  fake: FakeProvider
  agentId: string
  hookUrl: string
}

using directory = temporaryDirectory()
let server = await startBinary(directory.path, settings)
const { agency, newKey } = await provision(server.command)
const key = await newKey()
const connected = await Promise.all(
  [startFakeVapi, startFakeRetell, startFakeBland, startFakeElevenLabs, startFakeTwilio, startFakeHttp].map(
    connect,
  ),
)

async function connect(start: () => Promise<FakeProvider>): Promise<Connected> {
  const fake = await start()
  const credentials = Object.entries(fake.credentials).flatMap(([name, value]) => [
    '--credential',
    `${name}=${value}`,
  ])
  const whose = ['--agency', agency, '--provider', fake.kind.name]
  const account = await server.command(
    'provider',
    'set',
    ...whose,
    '--base-url',
    fake.baseUrl,
    ...credentials,
  )
  const { ref, fromNumber } = fake.agent
  const dials = [...(ref ? ['--ref', ref] : []), ...(fromNumber ? ['--from', fromNumber] : [])]
  const agent = await server.command('agent', 'create', ...whose, '--name', fake.kind.name, ...dials)
  return { fake, agentId: agent.id ?? '', hookUrl: account.hook_url ?? '' }
}

/** Asks for a call until it is answered: the same Idempotency-Key makes that safe. */
const trigger = async (agentId: string, idempotencyKey: string): Promise<string> => {
  for (;;) {
    const answer = await fetch(`${server.url}/api/v1/calls/trigger`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
      },
      body: JSON.stringify({ phone_number: '+15551234567', agent_id: agentId, name: 'Jane' }),
    }).catch(() => undefined)
    if (answer?.status === 200) return ((await answer.json()) as { call_id: string }).call_id
    await Bun.sleep(20)
  }
}

const deliver = (hookUrl: string, { headers, body, search }: HookRequest) =>
  fetch(`${hookUrl}${search}`, { method: 'POST', headers, body }).catch(() => undefined)

/** What becomes of a call at its provider: told, told twice, told late, or never told. */
const live = async ({ fake, hookUrl }: Connected, callId: string) => {
  for (let waited = 0; fake.createsOf(callId) === 0; waited++) {
    if (waited > 100) return
    await Bun.sleep(20)
  }
  const standings: Standing[] = random() < 0.7 ? ['answered', pick(endings)] : [pick(endings), 'answered']
  for (const standing of standings) {
    await Bun.sleep(random() * 400)
    if (standing !== 'answered') fake.move(callId, standing)
    const times = pick([0, 1, 1, 1, 2])
    for (let time = 0; time < times; time++)
      for (const request of fake.reports(callId, standing, Date.now())) await deliver(hookUrl, request)
  }
}

const triggered = new Map<string, Connected>()
const lives: Promise<void>[] = []
let begun = 0
let killed = 0

const client = async () => {
  while (begun < calls) {
    const name = `call-${begun++}`
    const chosen = pick(connected)
    if (random() < 0.25) chosen.fake.behave(pick(faults))
    const callId = await trigger(chosen.agentId, name)
    triggered.set(callId, chosen)
    lives.push(live(chosen, callId))
  }
}

/** Kills the server as the calls go out, evenly over the run and in between at random. */
const killer = async () => {
  while (killed < kills) {
    while (begun < (calls * (killed + 1)) / (kills + 1)) await Bun.sleep(5)
    await Bun.sleep(random() * 100)
    await server.kill()
    killed++
    server = await startBinary(directory.path, settings)
  }
}

await Promise.all([killer(), ...Array.from({ length: clientsAtOnce }, client)])
await Promise.all(lives)

const database = openDatabase(`${directory.path}/callgate.db`, 5000)
const count = (condition: string) =>
  Number(database.sqlite.query(`select count(*) from calls where ${condition}`).values()[0]?.[0])
for (let waited = 0; count('ended_at is null') > 0 && waited < 600; waited++) await Bun.sleep(100)

const open = count('ended_at is null')
const creates = [...triggered].map(([callId, { fake }]) => fake.createsOf(callId))
const twice = creates.filter((made) => made > 1).length
const complaints = connected.flatMap(({ fake }) => fake.complaints)
const slots = await fetch(`${server.url}/api/v1/key`, { headers: { authorization: `Bearer ${key}` } })
const active = ((await slots.json()) as { data: { limits: { concurrent_calls: { active: number } } } }).data
  .limits.concurrent_calls.active
const statuses = database.sqlite.query('select status, count(*) from calls group by status').values()
const held = open === 0 && active === 0 && twice === 0 && triggered.size === calls && complaints.length === 0

process.stdout.write(
  `${calls} calls over ${connected.length} providers, ${killed} x kill -9: ${open} open, ${active} leases, ` +
    `${Math.max(0, ...creates)} creates a call at most, ${complaints.length} malformed orders ` +
    `(${statuses.map(([status, number]) => `${status} ${number}`).join(', ')}; seed ${seed})\n`,
)
await server.kill()
for (const { fake } of connected) await fake[Symbol.asyncDispose]()
database.close()
process.exit(held ? 0 : 1)
