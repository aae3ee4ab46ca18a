import { allowEveryNumber, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import type { Behaviour } from '../support/fakes/fake.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { quantile, steadily } from '../support/latency.ts'
import { setUpOperator } from '../support/operator.ts'
import { freePort } from '../support/port.ts'
import { holdings, sizeMb } from '../support/process.ts'
import { createRandom } from '../support/random.ts'
import { startReceiver } from '../support/receiver.ts'

/**
 * Mixed load for some minutes: calls at two providers with faults there, reads, wrong keys, page views, rotations, toggles,
 * webhooks to a flaky receiver, and commands beside it. Nothing that it holds grows, nothing fails, no slot stays taken.
 * Usage: bun test/faults/soak.ts [minutes] [seed]. Prints one line; exits with 1 when a promise broke.
 */
const [minutes = 0.2, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random, pick } = createRandom(seed)
/** Above what a heap that is still finding its size adds in half an hour, below what a leak of 1 KB a request would. */
const growthMostMb = 64
const descriptorsMost = 32
const walMostMb = 32
/** A machine that others use as well makes for noise: what grows with time is worse than this. */
const slowdownMost = 5
const slowMs = 500
const leaseSeconds = 60
/** One request in so many. */
const postponedLeast = 1000

const told: Behaviour[] = ['refuse', 'no capacity', 'answer late', 'reset after accepting']
/** After these nobody knows whether there is a call: its slot is kept until the cap, which is longer than a short run. */
const untold: Behaviour[] = ['fail', 'answer HTML', 'answer half', 'answer nothing']
const faults = minutes < 1 ? told : [...told, ...untold]

using directory = temporaryDirectory()
await using receiver = startReceiver(() => new Response('', { status: random() < 0.2 ? 503 : 200 }))
await using fake = await startFakeHttp()
await using server = await startBinary(directory.path, {
  CALLGATE_PORT: String(freePort()),
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_MAX_CALL_SECONDS: String(leaseSeconds),
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
  CALLGATE_LOG_LEVEL: 'error',
})
const { command, url } = server
const { agency, newKey } = await provision(command)
const key = await newKey()
let stagingKey = await newKey('generate', 'staging')
const whose = ['--agency', agency]
const production = [...whose, '--environment', 'production']
const staging = [...whose, '--environment', 'staging']
await command('webhook', 'set', ...production, '--url', receiver.url)
const credentials = Object.entries(fake.credentials).flatMap(([name, value]) => [
  '--credential',
  `${name}=${value}`,
])
const http = [...whose, '--provider', 'http']
await allowEveryNumber(command)
const hook = await command('provider', 'set', ...http, '--base-url', fake.baseUrl, ...credentials)
const { id: dialler = '' } = await command('agent', 'create', ...http, '--name', 'Dialler')
const { visit, post } = await setUpOperator(server)

const home = `/admin/agencies/${agency}`
const pages = ['', '/calls', '/slots', '/agents', '/usage', '/integrations/api', '/audit', '/usage/live']
const surprises = new Map<string, number>()
let requests = 0
/** Told to come back, while another process held the database for longer than is waited. */
let postponed = 0
const expect = async (what: string, asked: Promise<Response>, ...statuses: number[]) => {
  requests++
  const answer = await asked.catch(() => undefined)
  const text = await answer?.text().catch(() => undefined)
  if (answer && text !== undefined && statuses.includes(answer.status)) return text
  if (answer?.status === 503 && answer.headers.has('retry-after')) {
    postponed++
    return ''
  }
  const surprise = `${what} ${answer?.status ?? 'cut'}`
  surprises.set(surprise, (surprises.get(surprise) ?? 0) + 1)
  return ''
}

const recent: string[] = []
const remember = (said: string) => {
  const { call_id: callId } = JSON.parse(said || '{}') as { call_id?: string }
  if (callId) recent.push(callId)
  if (recent.length > 50) recent.shift()
}
const ask = (path: string, token = key) =>
  fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })
const order = (body: object) =>
  fetch(`${url}/api/v1/calls/trigger`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** A call at the dialler goes on by itself, and each of its reports comes once, or twice. */
fake.watch((callId) => {
  void (async () => {
    for (const state of ['answered', pick(['completed', 'busy', 'failed'] as const)] as const) {
      await Bun.sleep(500 + random() * 1500)
      fake.move(callId, state)
      for (const { headers, body } of fake.reports(callId, state, Date.now()))
        for (let time = pick([1, 1, 2]); time > 0; time--)
          await expect('hook', fetch(hook.hook_url ?? '', { method: 'POST', headers, body }), 200)
    }
  })()
})

let rotations = 0
let isOver = false
const over = () => isOver
const loads = [
  steadily(8, over, async () =>
    remember(await expect('trigger', triggerAt(url, key, pick(['00', '01', '02', '03', '04', '06'])), 200)),
  ),
  steadily(2, over, async () => {
    if (random() < 0.3) fake.behave(pick(faults))
    const phone_number = `+1555${1_000_000 + Math.floor(random() * 1e6)}`
    await expect('order', order({ phone_number, agent_id: dialler, name: 'Jane' }), 200)
  }),
  steadily(15, over, async () => {
    const path = pick([...recent.map((id) => `/calls/${id}`).slice(-3), '/calls?limit=20', '/agents'])
    await expect('read', ask(`/api/v1${path}`), 200)
  }),
  steadily(2, over, async () => void (await expect('bad order', order({ phone_number: 'nobody' }), 400))),
  steadily(3, over, async () => {
    const wrong = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`
    await expect('wrong key', ask('/api/v1/key', wrong), 401, 429)
  }),
  steadily(4, over, async () => void (await expect('page', visit(`${home}${pick(pages)}`), 200))),
  // Rotated and switched beside it, so that each of these is right at its moment.
  steadily(3, over, async () => void (await expect('staging', triggerAt(url, stagingKey), 200, 401, 403))),
  steadily(0.3, over, async () => {
    rotations++
    const enabled = rotations % 4 === 0 ? 'false' : 'true'
    await expect('switch', post(`${home}/integrations/api/staging/access`, { enabled }), 303)
  }),
  steadily(0.25, over, async () => {
    stagingKey = (await command('key', 'rotate', ...staging, '--yes')).key ?? ''
  }),
  steadily(0.1, over, async () => void (await command('agency', 'list'))),
]

interface Sample {
  at: number
  residentMb: number
  descriptors: number
}
const samples: Sample[] = []
const measured: { at: number; tookMs: number }[] = []
const spanMs = minutes * 60_000
const startedAt = performance.now()
const elapsed = () => performance.now() - startedAt
const watching = steadily(20, over, async () => {
  const at = elapsed()
  await expect('key', ask('/api/v1/key'), 200)
  measured.push({ at, tookMs: elapsed() - at })
})
let walMb = 0
while (elapsed() < spanMs) {
  await Bun.sleep(Math.min(1000, spanMs / 50))
  samples.push({ at: elapsed(), ...holdings(server.pid) })
  walMb = Math.max(walMb, sizeMb(`${directory.database}-wal`))
}
isOver = true
await Promise.all([...loads, watching])

const activeOf = async (token: string) => {
  const { data } = JSON.parse((await expect('key', ask('/api/v1/key', token), 200)) || '{}') as {
    data?: { limits: { concurrent_calls: { active: number } } }
  }
  return data?.limits.concurrent_calls.active ?? Number.NaN
}
await post(`${home}/integrations/api/staging/access`, { enabled: 'true' })
const patienceUntil = performance.now() + (leaseSeconds + 30) * 1000
let active = Number.NaN
while (active !== 0 && performance.now() < patienceUntil) {
  await Bun.sleep(200)
  active = (await activeOf(key)) + (await activeOf(stagingKey))
}

const isFirst = ({ at }: { at: number }) => at < spanMs / 5
const isLast = ({ at }: { at: number }) => at > (spanMs * 4) / 5
const middle = (part: (one: Sample) => boolean, what: 'residentMb' | 'descriptors') =>
  quantile(
    samples.filter(part).map((one) => one[what]),
    0.5,
  )
const times = (part: (one: { at: number }) => boolean) => measured.filter(part).map(({ tookMs }) => tookMs)
const [early, late] = [times(isFirst), times(isLast)]
const [firstMb, lastMb] = [middle(isFirst, 'residentMb'), middle(isLast, 'residentMb')]
const [firstFds, lastFds] = [middle(isFirst, 'descriptors'), middle(isLast, 'descriptors')]
const isFast = quantile(late, 0.99) < Math.max(slowMs, quantile(early, 0.99) * slowdownMost)
for (const [surprise, count] of surprises) process.stderr.write(`${count} x ${surprise}\n`)

const grown = lastMb - firstMb > growthMostMb || lastFds - firstFds > descriptorsMost || walMb > walMostMb
process.stdout.write(
  `${minutes} minutes, ${requests} requests, ${postponed} of them told to come back, ${receiver.received.length} webhooks, ${rotations} switches; first and last fifth: ` +
    `${firstMb} and ${lastMb} MB resident, ${firstFds} and ${lastFds} file descriptors, p50 ${quantile(early, 0.5)} and ` +
    `${quantile(late, 0.5)} ms, p99 ${quantile(early, 0.99)} and ${quantile(late, 0.99)} ms; ${active} leases at the end, ` +
    `WAL ${Math.round(walMb * 10) / 10} MB at most, ${surprises.size} kinds of unexpected answers (seed ${seed})\n`,
)
const served = surprises.size === 0 && postponed <= 1 + requests / postponedLeast
process.exitCode = !grown && active === 0 && served && isFast ? 0 : 1
