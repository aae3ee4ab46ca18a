import { afterAll, beforeAll, expect, test } from 'bun:test'
import { join } from 'node:path'
import { Webhook } from 'standardwebhooks'
import { readConfig } from '../../src/config.ts'
import { newCall } from '../../src/calls/call.ts'
import { systemClock } from '../../src/clock.ts'
import { issueKey } from '../../src/keys/issue.ts'
import { http } from '../../src/providers/http.ts'
import { startServer } from '../../src/server/start.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { askAt, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { serveFake } from '../support/fakes/serve.ts'
import { answer } from '../support/gate.ts'
import { gateOwner, openRules } from '../support/policy.ts'
import { until } from '../support/scenarios.ts'
import { send } from '../support/send.ts'
import { atOnce } from '../../src/work.ts'

const source = join(import.meta.dir, '../../src/docs/dialler.ts')
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** The example as its reader runs it: a process of its own, on a port of its own. */
const startDialler = async (hookSecret = secret) => {
  const env = { HOOK_SECRET: hookSecret, PORT: '0' }
  const child = Bun.spawn([process.execPath, source], { env, stdout: 'pipe', stderr: 'pipe' })
  const { value } = await child.stdout.getReader().read()
  const [url = ''] = /http:\/\/127\.0\.0\.1:\d+/.exec(new TextDecoder().decode(value)) ?? []
  return { url, child, [Symbol.asyncDispose]: async () => void (child.kill(), await child.exited) }
}

/** A gate on a real port whose production calls go out through the dialler. */
const startGate = async (dataDir: string, baseUrl: string) => {
  const variables = {
    CALLGATE_DATA_DIR: dataDir,
    CALLGATE_PORT: '0',
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
  }
  const config = readConfig(variables, false)
  const { url, services, stop } = await startServer(config, silentLog)
  const { accounts, agencies, agents, dialling, environments, keys, policies } = services
  const now = Date.now()
  atOnce(policies.set(gateOwner, 'operator', openRules, now))
  const agency = atOnce(agencies.create('Acme', 'agency', now))
  const credentials = { hook_secret: secret }
  const account = atOnce(accounts.save({ agencyId: agency.id, provider: 'http', baseUrl, credentials }, now))
  const agent = atOnce(agents.create(agency.id, { name: 'Ann', provider: 'http', ref: 'sales' }, now))
  const production = atOnce(environments.find(agency.id, 'production'))
  if (!production) throw new Error('every agency has a production environment')
  atOnce(environments.setDefaultAgent(production.id, agent.id))
  const key = atOnce(issueKey(keys, production.id, now)).token

  const trigger = async () => (await answer(await triggerAt(url, key))).call_id ?? ''
  const end = (id: string) => askAt(url, key, `/api/v1/calls/${id}/end`, 'POST')
  const check = () => atOnce(dialling.account('http', account.id))?.check()
  return { services, trigger, end, check, [Symbol.asyncDispose]: stop }
}

let dialler: Awaited<ReturnType<typeof startDialler>>
let gate: Awaited<ReturnType<typeof startGate>>
const directory = temporaryDirectory()

beforeAll(async () => {
  dialler = await startDialler()
  gate = await startGate(directory.path, dialler.url)
})
afterAll(async () => {
  await gate[Symbol.asyncDispose]()
  await dialler[Symbol.asyncDispose]()
  directory[Symbol.dispose]()
})

const callOf = (id: string) => atOnce(gate.services.calls.find(id))

test('a call goes through the example dialler, ringing and answered, to completed', async () => {
  const id = await gate.trigger()
  const seen = new Set<string>()
  await until(() => {
    seen.add(callOf(id)?.status ?? '')
    return seen.has('completed')
  }, 10_000)
  seen.delete('initiated')
  expect([...seen]).toEqual(['ringing', 'in_progress', 'completed'])
  const call = callOf(id)
  expect(call).toMatchObject({ dispatch: 'placed', reasonCode: null })
  expect(call?.providerCallId).toStartWith('dial_')
  expect(call?.durationSeconds).toBeWithin(2, 6)
}, 15_000)

test('a call ended at the gate is hung up by the example dialler and not reported any more', async () => {
  const id = await gate.trigger()
  await until(() => callOf(id)?.status === 'in_progress')
  expect((await gate.end(id)).status).toBe(200)
  expect(callOf(id)).toMatchObject({ status: 'completed', reasonCode: 'ended_on_request' })
  const call = callOf(id)
  if (!call) throw new Error('the call is gone')
  const asked = await atOnce(gate.services.dialling.providerOf(call)).fetchStatus(call)
  expect(asked).toMatchObject({ outcome: 'found', events: [{ type: 'ended', status: 'completed' }] })
}, 10_000)

test('the example dialler passes the check of its credentials', async () => {
  expect(await gate.check()).toBeUndefined()
})

test('the example dialler does nothing that the gate has not signed', async () => {
  const body = JSON.stringify({ type: 'call.place', call_id: 'x', report_to: 'http://127.0.0.1:1' })
  const now = new Date()
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(`whsec_${btoa('another secret, as long as it')}`).sign(
      'msg_1',
      now,
      body,
    ),
  }
  for (const sent of [{}, headers])
    expect((await fetch(dialler.url, { method: 'POST', headers: sent, body })).status).toBe(401)
})

test('the example dialler does not start without a secret', async () => {
  await using bare = await startDialler('')
  expect(bare.url).toBe('')
  expect(await bare.child.exited).not.toBe(0)
})

/** The JSON of the page for users, in its order: three messages of ours, one of theirs. */
const examples = async () => {
  const page = await Bun.file(join(import.meta.dir, '../../src/docs/http-provider.md')).text()
  return [...page.matchAll(/```json\n(.+?)```/gs)].map(([, text = '']) => JSON.parse(text) as Example)
}
type Example = Record<string, string> & { metadata: Record<string, unknown> }

test('the messages on the page are to the letter what the gate sends and takes', async () => {
  const [place, ask, end, report] = await examples()
  if (!place || !ask || !end || !report) throw new Error('the page shows four messages')
  const received: unknown[] = []
  const server = await serveFake((_request, body) => {
    received.push(JSON.parse(body))
    return Response.json({ ...report, id: ask['id'] })
  })
  const provider = http.connect(
    {
      id: 'account',
      baseUrl: server.url,
      hookUrl: place['report_to'] ?? '',
      credentials: { hook_secret: secret },
    },
    { clock: systemClock, timeoutMs: 1000, send },
  )
  const call = newCall({
    id: place['call_id'] ?? '',
    agencyId: '',
    environmentId: '',
    agentId: '',
    provider: 'http',
    accountId: 'account',
    agentRef: place['agent_ref'] ?? null,
    fromNumber: place['from'] ?? null,
    phoneNumber: place['phone_number'] ?? '',
    name: place['name'] ?? null,
    email: place['email'] ?? null,
    metadata: place.metadata,
    options: null,
    timeZone: null,
    consent: null,
    spendingDay: null,
    createdAt: 0,
    expiresAt: 1,
  })
  await provider.place(call)
  const reference = { ...call, providerCallId: ask['id'] ?? null }
  const asked = await provider.fetchStatus(reference)
  await provider.end(reference)
  await provider.check()
  server.close()
  expect(received).toEqual([place, ask, end, { type: 'check' }])

  const { summary, sentiment, transcript, recording_url, cost_cents, currency } = report
  const answeredAt = Date.parse(report['answered_at'] ?? '')
  expect(asked).toEqual({
    outcome: 'found',
    providerCallId: ask['id'] ?? '',
    events: [
      { type: 'answered', at: answeredAt, answeredBy: 'human' },
      {
        type: 'ended',
        answeredAt,
        answeredBy: 'human',
        at: Date.parse(report['at'] ?? ''),
        status: 'completed',
        durationSeconds: Number(report['duration_seconds']),
        details: expect.objectContaining({
          summary,
          sentiment,
          transcript,
          recordingRef: recording_url,
          costCents: cost_cents,
          currency,
        }),
      },
    ],
  })
})
