import { startTarpit } from '../support/tarpit.ts'
import { askAt, connectProvider, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { quantile, steadily } from '../support/latency.ts'

/**
 * Agencies test webhooks, again and again, whose endpoints take the connection and never answer. Beside them another agency
 * places calls: none reaches its provider much later than before. Usage: bun test/faults/tarpit.ts [tests] [calls] [ms].
 * Prints one line; exits with 1 when a call came more than so many ms later than the latest without the tests.
 */
const [tests = 300, calls = 200, lateMs = 100] = Bun.argv.slice(2).map(Number)
const callsPerSecond = 20

using directory = temporaryDirectory()
await using server = await startBinary(directory.path, {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: '127.0.0.1',
})
const { agency, newKey } = await provision(server.command)
const key = await newKey()
await using fake = await startFakeHttp()
const { agentId } = await connectProvider(server.command, agency, fake)
const { token = '' } = await server.command('token', 'create', '--name', 'tests', '--permission', '*')

const perform = async (operation: string, input: object) => {
  const answer = await fetch(`${server.url}/api/admin/v1/${operation}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  return { status: answer.status, body: (await answer.json()) as { data?: { id?: string } } }
}

/** In a process of its own: what hangs there holds up nothing of what is measured here. */
const tarpit = startTarpit()
const endpoint = await tarpit.url

const hostile: object[] = []
for (let at = 0; at * 2 < tests; at++) {
  const { body } = await perform('agency.create', { name: `Hostile ${at}`, plan: 'agency' })
  for (const environment of ['production', 'staging']) {
    const whose = { agency: body.data?.id, environment }
    await perform('webhook.set', { ...whose, url: endpoint })
    hostile.push(whose)
  }
}

/** From the answer to a trigger until its order is at the provider. */
const delays: number[] = []
const answered = new Map<string, number>()
const arrived = new Map<string, number>()
const note = (callId: string) => {
  const [from, to] = [answered.get(callId), arrived.get(callId)]
  if (from !== undefined && to !== undefined) delays.push(Math.max(0, to - from))
}
fake.watch((callId) => {
  arrived.set(callId, performance.now())
  note(callId)
})
const trigger = async () => {
  const answer = await fetch(`${server.url}/api/v1/calls/trigger`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ phone_number: '+15551234500', agent_id: agentId }),
  })
  if (answer.status !== 200) throw new Error(`a trigger was answered with ${answer.status}`)
  const { call_id: callId } = (await answer.json()) as { call_id: string }
  answered.set(callId, performance.now())
  note(callId)
}
const place = async () => {
  let begun = 0
  await steadily(
    callsPerSecond,
    () => begun >= calls,
    async () => {
      begun++
      await trigger()
    },
  )
  for (let waited = 0; delays.length < calls && waited < 15_000; waited += 10) await Bun.sleep(10)
  return delays.splice(0)
}

const alone = await place()
tarpit.test({ url: server.url, token, hostile })
const hangs = await tarpit.hangs
const beside = await place()
const isAnswered = (await askAt(server.url, key)).status === 200
const { mostHanging, refused } = await tarpit.over

const later = quantile(beside, 1) - quantile(alone, 1)
const held =
  alone.length === calls && beside.length === calls && later <= lateMs && refused > 0 && hangs && isAnswered
const times = (all: readonly number[]) => `p50 ${quantile(all, 0.5)} ms, longest ${quantile(all, 1)} ms`
process.stdout.write(
  `${hostile.length} endpoints that never answer were tested twice each: at most ${mostHanging} tests hung at a time, ${refused} ` +
    `were told that one goes on; beside them ${beside.length} of ${calls} calls were placed; from the trigger's answer to the ` +
    `provider: ${times(alone)} alone, ${times(beside)} beside the tests\n`,
)
process.exitCode = held ? 0 : 1
