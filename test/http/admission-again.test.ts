import { expect, test } from 'bun:test'
import { deleteAgency } from '../../src/agencies/operations/delete.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { settled } from '../support/clock.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'
import { expectNothingLeft } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

/** A trigger that is admitted and then holds its body back until told. */
const slowTrigger = (gate: Gate) => {
  let finish = () => {}
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      finish = () => {
        controller.enqueue(new TextEncoder().encode('{"phone_number":"+15551234507"}'))
        controller.close()
      }
    },
  })
  const answer = gate.authorized('/api/v1/calls/trigger', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  return { answer, finish: () => finish() }
}

test.each<[what: string, change: (gate: Gate) => unknown, status: number, code: string]>([
  ['rotated', (gate) => gate.issue(), 401, 'rotated_key'],
  [
    'switched off',
    ({ services, production }) => atOnce(services.environments.disableAccess(production.id, 'admin')),
    403,
    'access_disabled',
  ],
  [
    'left without its plan',
    ({ services, agency }) => atOnce(services.agencies.setPlan(agency.id, 'growth')),
    403,
    'plan_required',
  ],
  [
    'of a suspended agency',
    ({ services, agency }) => atOnce(services.agencies.suspend(agency.id, 1)),
    403,
    'agency_suspended',
  ],
  [
    'of a deleted agency',
    ({ services, agency }) => services.perform(deleteAgency, { agency: agency.id }, commandLineActor),
    401,
    'invalid_key',
  ],
])('a key that is %s while a body is on its way rings no phone', async (_, change, status, code) => {
  const gate = createGate()
  const { answer, finish } = slowTrigger(gate)
  await settled()
  await change(gate)
  finish()
  await expectRefusal(await answer, status, code)
  expectNothingLeft(gate)
})

test('a body that comes slowly is taken as long as the key is right', async () => {
  const gate = createGate()
  const { answer, finish } = slowTrigger(gate)
  await settled()
  finish()
  expect((await answer).status).toBe(200)
})
