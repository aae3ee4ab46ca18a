import { expect, test } from 'bun:test'
import { createGate, type Gate } from '../../support/gate.ts'
import { createOperator, operator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const apiPath = (gate: Gate) => `/admin/agencies/${gate.agency.id}/integrations/api`
const send = (gate: Gate, post: Awaited<ReturnType<typeof createOperator>>['post'], scenario = '00') =>
  post(`${apiPath(gate)}/production/test-call`, { scenario })
const callAt = (gate: Gate, response: Response) => {
  const id = response.headers.get('location')?.split('/').at(-1) ?? ''
  const call = atOnce(gate.services.calls.find(id))
  if (!call) throw new Error(`no call ${id}`)
  return call
}
const remaining = async (gate: Gate) => {
  const { headers } = await gate.authorized('/api/v1/key')
  return Number(/"permin";r=(\d+)/.exec(headers.get('ratelimit') ?? '')?.[1])
}

test.each([
  ['00', 'completed'],
  ['01', 'busy'],
  ['02', 'no_answer'],
  ['04', 'failed'],
])('a test call with the ending %s ends as %s, marked as a test', async (scenario, status) => {
  const gate = createGate()
  const { post, visit } = await createOperator(gate)
  const sent = await send(gate, post, scenario)
  expect(sent.status).toBe(303)
  await gate.clock.advance(10_000)
  expect(callAt(gate, sent)).toMatchObject({ status, metadata: { test: true }, provider: 'simulator' })
  expect((await visit(sent.headers.get('location') ?? '')).status).toBe(200)
})

test('a test call never rings a phone, whatever the agent’s provider and though production dials for real', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const { agents, environments } = gate.services
  atOnce(agents.change(gate.agent.id, { name: 'Ann', provider: 'vapi', ref: 'a', fromNumber: 'n' }))
  atOnce(environments.setDialsReal(gate.production.id, true))
  const call = callAt(gate, await send(gate, post))
  expect(call).toMatchObject({ provider: 'simulator', accountId: null, agentRef: null, fromNumber: null })
  await gate.clock.advance(10_000)
  expect(atOnce(gate.services.calls.find(call.id))?.status).toBe('completed')
})

test('a test call takes a slot like any call, and is refused where none is free', async () => {
  const gate = createGate({ concurrentCalls: 1 })
  const { post } = await createOperator(gate)
  await send(gate, post, '07')
  expect(gate.services.leases.count(gate.production.id)).toBe(1)
  expect((await gate.trigger()).status).toBe(429)
  const refused = await send(gate, post)
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
})

test('a test call counts as no API request', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const before = await remaining(gate)
  for (let at = 0; at < 5; at++) await send(gate, post)
  expect(await remaining(gate)).toBe(before - 1)
})

test('who started a test call is in the audit, in the commit of the call', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const call = callAt(gate, await send(gate, post))
  expect(atOnce(gate.services.audit.list({ limit: 1 }))[0]).toMatchObject({
    actor: operator.email,
    action: 'call.test',
    environment: 'production',
    target: call.id,
  })
})

test('without a default agent, the first agent takes the test call, and the curl line names it', async () => {
  const gate = createGate()
  const { post, visit } = await createOperator(gate)
  atOnce(gate.services.environments.setDefaultAgent(gate.production.id, null))
  expect(callAt(gate, await send(gate, post)).agentId).toBe(gate.agent.id)
  expect(await textOf(await visit(apiPath(gate)))).toContain(`"agent_id":"${gate.agent.id}"`)
})

test('without any agent, the panel says to create one, and a test call is refused', async () => {
  const gate = createGate()
  const { post, visit } = await createOperator(gate)
  const bare = atOnce(gate.services.agencies.create('Bare', 'agency', gate.clock.now()))
  const path = `/admin/agencies/${bare.id}/integrations/api`
  const text = await textOf(await visit(path))
  expect(text).toContain('Every call needs an agent.')
  expect(text).not.toContain('Send test call')
  const refused = await post(`${path}/staging/test-call`, { scenario: '00' })
  expect([refused.status, await textOf(refused)]).toEqual([
    400,
    expect.stringContaining('No agent specified'),
  ])
})

test('an unknown scenario and a plan without API access are refused, and leave no call', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  for (const scenario of ['', '99', 'toString']) expect((await send(gate, post, scenario)).status).toBe(400)
  atOnce(gate.services.agencies.setPlan(gate.agency.id, 'growth'))
  expect((await send(gate, post)).status).toBe(403)
  expect(gate.services.leases.count(gate.production.id)).toBe(0)
})

test('the curl line has the address of this server and no key', async () => {
  const gate = createGate({ publicUrl: 'https://calls.example.com' })
  const { visit } = await createOperator(gate)
  const text = await textOf(await visit(apiPath(gate)))
  expect(text).toContain('curl -X POST https://calls.example.com/api/v1/calls/trigger')
  expect(text).toContain('Authorization: Bearer $CALLGATE_KEY')
  expect(text).not.toContain(gate.key)
})
