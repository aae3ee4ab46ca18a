import { expect, test } from 'bun:test'
import { callStatuses, finalStatuses } from '../../src/calls/call.ts'
import { createGate } from '../support/gate.ts'
import { plansOf } from '../support/plans.ts'
import { atOnce } from '../../src/work.ts'

const overBy = 'SEARCH calls USING INDEX calls_outcome (environment_id=? AND status=? AND id<?)'
const notOver = 'SEARCH calls USING INDEX calls_active (environment_id=? AND id<?)'

for (const status of callStatuses)
  test(`calls that are ${status} are listed without a look at the others, of which a year has millions`, () => {
    const gate = createGate()
    const page = { environmentId: gate.production.id, status, before: 'any', limit: 21 }
    const isFinal = finalStatuses.some((final) => final === status)
    expect(plansOf(gate, () => atOnce(gate.services.calls.page(page)))).toEqual([isFinal ? overBy : notOver])
  })

test('the slots in use are found without a look at the calls that are over', () => {
  const gate = createGate()
  const plans = plansOf(gate, () => atOnce(gate.services.calls.holdingSlotsIn(gate.production.id)))
  expect(plans).toEqual([
    'SEARCH calls USING INDEX calls_still_running (environment_id=?)',
    'SEARCH calls USING INDEX calls_active (environment_id=?)',
  ])
})
