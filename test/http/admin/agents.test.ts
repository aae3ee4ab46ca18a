import { expect, test } from 'bun:test'
import { createGate, type Gate } from '../../support/gate.ts'
import { triggered } from '../../support/orders.ts'
import { createOperator, operator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const agentPath = (gate: Gate, id = gate.agent.id) => `/admin/agencies/${gate.agency.id}/agents/${id}`
const [assistantId, numberId] = [crypto.randomUUID(), crypto.randomUUID()]
const vapiAgent = { name: 'Bea', provider: 'vapi', ref: assistantId, from: numberId }

test('a changed agent is changed for the next call, and not for one under way', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const before = await triggered(gate, '07')
  const saved = await post(agentPath(gate), vapiAgent)
  expect([saved.status, saved.headers.get('location')]).toEqual([
    303,
    `/admin/agencies/${gate.agency.id}/agents`,
  ])
  const after = await triggered(gate, '00')
  expect(before.now()).toMatchObject({ provider: 'simulator', agentRef: null, fromNumber: null })
  expect(after.now()).toMatchObject({ provider: 'vapi', agentRef: assistantId, fromNumber: numberId })
  await gate.clock.advance(2000)
  expect(before.now().status).toBe('in_progress')
})

test('the form shows the agent as it is, and an emptied field is emptied', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  await post(agentPath(gate), { ...vapiAgent, provider: 'bland', from: '+15550001111' })
  const html = await (await visit(agentPath(gate))).text()
  for (const shown of [
    'value="Bea"',
    `value="${assistantId}"`,
    'value="+15550001111"',
    '<option value="bland" selected',
  ])
    expect(html).toContain(shown)
  await post(agentPath(gate), { ...vapiAgent, provider: 'simulator', ref: '', from: ' ' })
  expect(atOnce(gate.services.agents.find(gate.agent.id))).toMatchObject({
    provider: 'simulator',
    ref: null,
    fromNumber: null,
  })
})

test('a refused change changes nothing, says why and keeps what was typed', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  for (const [given, why] of [
    [{ ...vapiAgent, name: ' ' }, 'Enter a name.'],
    [{ ...vapiAgent, ref: '' }, 'An agent at Vapi needs its assistant ID: a UUID'],
    [{ ...vapiAgent, provider: 'nobody' }, 'provider must be one of simulator, vapi'],
  ] as const) {
    const refused = await post(agentPath(gate), given)
    expect(refused.status).toBe(422)
    const html = await refused.clone().text()
    expect(await textOf(refused)).toContain(why)
    expect(html).toContain(`value="${numberId}"`)
  }
  expect(atOnce(gate.services.agents.find(gate.agent.id))).toEqual(gate.agent)
})

test('an agent at a provider without an account says so, with the way to connect one', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  await post(agentPath(gate), vapiAgent)
  const connect = `href="/admin/agencies/${gate.agency.id}/integrations/providers/vapi">Connect Vapi`
  const list = `/admin/agencies/${gate.agency.id}/agents`
  for (const path of [list, agentPath(gate)]) expect(await (await visit(path)).text()).toContain(connect)
  atOnce(
    gate.services.accounts.save(
      { agencyId: gate.agency.id, provider: 'vapi', baseUrl: null, credentials: { api_key: 'a key' } },
      gate.clock.now(),
    ),
  )
  for (const path of [list, agentPath(gate)]) expect(await (await visit(path)).text()).not.toContain(connect)
})

test('an agent of another agency can be neither seen nor changed', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const other = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  for (const id of [gate.agent.id, crypto.randomUUID(), 'nonsense']) {
    const path = `/admin/agencies/${other.id}/agents/${id}`
    expect((await visit(path)).status).toBe(404)
    expect((await post(path, { name: 'Mine', provider: 'simulator' })).status).toBe(404)
  }
  expect(atOnce(gate.services.agents.find(gate.agent.id))?.name).toBe('Ann')
})

test('who changed an agent is in the audit', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  await post(agentPath(gate), { name: 'Bea', provider: 'simulator' })
  const [line] = atOnce(gate.services.audit.list({ limit: 1 }))
  expect(line).toMatchObject({
    actor: operator.email,
    action: 'agent.changed',
    target: 'Bea, until now Ann',
    agencyId: gate.agency.id,
  })
})

test('an agent is deleted after a question, and its calls keep its name without a link to nothing', async () => {
  const gate = createGate()
  const { agents, environments } = gate.services
  const { visit, post } = await createOperator(gate)
  const call = await triggered(gate, '00')
  await gate.clock.advance(60_000)
  const spare = atOnce(
    agents.create(gate.agency.id, { name: 'Bea', provider: 'simulator' }, gate.clock.now()),
  )
  atOnce(environments.setDefaultAgent(gate.production.id, spare.id))

  expect(await (await visit(agentPath(gate))).text()).toContain(`href="${agentPath(gate)}/delete"`)
  const question = await textOf(await visit(`${agentPath(gate)}/delete`))
  expect(question).toContain('Delete this agent?')
  expect(question).toContain('Ann places no more calls')
  expect(atOnce(agents.find(gate.agent.id))).toBeDefined()

  const deleted = await post(`${agentPath(gate)}/delete`)
  const list = `/admin/agencies/${gate.agency.id}/agents`
  expect([deleted.status, deleted.headers.get('location')]).toEqual([303, list])
  for (const path of [agentPath(gate), `${agentPath(gate)}/delete`])
    expect((await visit(path)).status).toBe(404)
  expect((await post(`${agentPath(gate)}/delete`)).status).toBe(404)
  const api = `/admin/agencies/${gate.agency.id}/integrations/api`
  for (const path of [list, api]) expect(await (await visit(path)).text()).not.toContain(gate.agent.id)

  const calls = `/admin/agencies/${gate.agency.id}/calls`
  expect(await textOf(await visit(calls))).toContain('Ann (deleted)')
  const ofCall = await (await visit(`${calls}/${call.id}`)).text()
  expect(ofCall).toContain('Ann (deleted)')
  expect(ofCall).not.toContain(agentPath(gate))
})

test('the list of calls offers a deleted agent only while it is the one that is chosen', async () => {
  const gate = createGate()
  const { agents } = gate.services
  const { visit } = await createOperator(gate)
  const spare = atOnce(
    agents.create(gate.agency.id, { name: 'Bea', provider: 'simulator' }, gate.clock.now()),
  )
  atOnce(agents.delete(spare.id, gate.clock.now()))
  const calls = `/admin/agencies/${gate.agency.id}/calls`
  expect(await (await visit(calls)).text()).not.toContain(spare.id)
  expect(await (await visit(`${calls}?agent=${spare.id}`)).text()).toContain(
    `<option value="${spare.id}" selected>Bea (deleted)`,
  )
})

test('an agent that cannot be deleted now says why instead of asking, and stays', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const why = 'This is the default agent in production.'
  const question = await visit(`${agentPath(gate)}/delete`)
  expect(await question.clone().text()).not.toContain('<button type="submit" class="danger')
  expect(await textOf(question)).toContain(why)
  const refused = await post(`${agentPath(gate)}/delete`)
  expect(refused.status).toBe(422)
  expect(await textOf(refused)).toContain(why)
  expect(atOnce(gate.services.agents.find(gate.agent.id))).toEqual(gate.agent)
})
