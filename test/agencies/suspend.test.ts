import { expect, test } from 'bun:test'
import { listAgencies, showAgency } from '../../src/agencies/operations/agency.ts'
import { resumeAgency, suspendAgency } from '../../src/agencies/operations/suspend.ts'
import { triggerCall } from '../../src/calls/operations/trigger.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { triggered } from '../support/orders.ts'
import { createOperator, enter, textOf } from '../support/page.ts'
import { expectRefusal } from '../support/refusal.ts'
import { atOnce } from '../../src/work.ts'

const acme = { agency: 'Acme' }
const suspend = ({ services }: Gate) => services.perform(suspendAgency, acme, commandLineActor)
const resume = ({ services }: Gate) => services.perform(resumeAgency, acme, commandLineActor)
const actionsOf = ({ services }: Gate) =>
  atOnce(services.audit.list({ limit: 9 })).map(({ action }) => action)

test('every key of a suspended agency is refused from the very next request on, and works again when it is resumed', async () => {
  const gate = createGate()
  const keys = [gate.key, gate.issue(gate.environment('staging').id)]
  const ask = (key: string) => gate.authorized('/api/v1/key', {}, key)
  for (let round = 0; round < 2; round++) {
    await suspend(gate)
    for (const key of keys) {
      const { sentence } = await expectRefusal(await ask(key), 403, 'agency_suspended')
      expect(sentence).toBe('This agency is suspended. Contact the operator of this server.')
      await expectRefusal(await gate.trigger('00', key), 403, 'agency_suspended')
    }
    await resume(gate)
    for (const key of keys) expect((await ask(key)).status).toBe(200)
  }
})

test('a suspension says itself, whatever the plan and the switch say, and takes nothing of the window', async () => {
  const gate = createGate()
  const { agencies, environments, windows } = gate.services
  atOnce(agencies.setPlan(gate.agency.id, 'growth'))
  atOnce(environments.disableAccess(gate.production.id, 'admin'))
  await suspend(gate)
  await expectRefusal(await gate.trigger(), 403, 'agency_suspended')
  expect(windows.count(gate.production.id, gate.clock.monotonic())).toBe(0)
})

test('a replaced key of a suspended agency is told that it was replaced', async () => {
  const gate = createGate()
  gate.issue()
  await suspend(gate)
  await expectRefusal(await gate.trigger(), 401, 'rotated_key')
})

test('a call under way goes on, and no new one begins, a simulated one neither', async () => {
  const gate = createGate()
  const call = await triggered(gate, '00')
  await suspend(gate)
  await gate.clock.advance(10_000)
  expect(call.now().status).toBe('completed')
  const order = { ...acme, environment: 'production' as const, phone_number: '+15551234500', simulated: true }
  expect(gate.services.perform(triggerCall, order, commandLineActor)).rejects.toMatchObject({
    reason: 'agency_suspended',
  })
})

test('nobody but an operator suspends or resumes', async () => {
  const gate = createGate()
  await suspend(gate)
  for (const actor of [adminOf(gate.agency.id), tokenWith(['*'], gate.agency.id)])
    for (const operation of [suspendAgency, resumeAgency])
      expect(gate.services.perform(operation, acme, actor)).rejects.toMatchObject({ reason: 'operator_only' })
})

test('what is so already changes nothing and leaves no line', async () => {
  const gate = createGate()
  const { perform } = gate.services
  await resume(gate)
  expect(await perform.preview(suspendAgency, acme, commandLineActor)).toContain('get 403 from now on')
  const { suspended_at } = await suspend(gate)
  await gate.clock.advance(1000)
  expect((await suspend(gate)).suspended_at).toBe(suspended_at)
  expect(await perform.preview(suspendAgency, acme, commandLineActor)).toBeUndefined()
  expect(actionsOf(gate)).toEqual(['agency.suspended'])
  expect(await perform(showAgency, acme, commandLineActor)).toMatchObject({ suspended_at })
  expect(await perform(listAgencies, {}, commandLineActor)).toMatchObject([{ suspended_at }])
})

test('its pages say so to its admin and to the operator, who suspends and resumes there', async () => {
  const gate = createGate()
  const { post, visit } = await createOperator(gate)
  const { cookie } = enter(gate, { agencyId: gate.agency.id })
  const path = `/admin/agencies/${gate.agency.id}`
  expect(await textOf(await visit(path))).not.toContain('is suspended')
  expect((await post(`${path}/suspend`)).headers.get('location')).toBe(path)
  expect(await textOf(await visit('/admin/agencies'))).toContain('Acme Suspended')
  expect(await textOf(await visit(`${path}/calls`))).toContain('This agency is suspended')
  const admins = await textOf(await gate.request(`${path}/usage`, { headers: { cookie } }))
  expect(admins).toContain('Only an operator of this callgate can resume it')
  await post(`${path}/resume`)
  expect(await textOf(await visit(path))).not.toContain('is suspended')
  expect((await gate.trigger()).status).toBe(200)
})
