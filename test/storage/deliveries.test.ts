import { expect, test } from 'bun:test'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import { createGate } from '../support/gate.ts'
import { plansOf, readsRows } from '../support/plans.ts'
import { atOnce } from '../../src/work.ts'

test('how many deliveries there are in each state is counted from indexes alone: a month has millions', () => {
  const gate = createGate()
  const { deliveries } = gate.services
  for (const state of ['pending', 'dead', 'delivered', 'delivered', 'delivered', 'dead'] as const)
    for (const environmentId of [gate.production.id, gate.environment('staging').id])
      atOnce(
        deliveries.insert({
          ...newDelivery({ environmentId, callId: null, event: 'test', payload: '{}', createdAt: 0 }),
          state,
        }),
      )
  const count = () => atOnce(deliveries.counts(gate.production.id))
  expect(count()).toEqual({ pending: 1, delivered: 3, dead: 2 })
  expect(readsRows(gate, 'deliveries', count)).toBe(false)
})

test('what is to be replayed is found without a look at what was delivered', () => {
  const gate = createGate()
  const plans = plansOf(gate, () =>
    atOnce(gate.services.deliveries.replayDead(gate.production.id, gate.clock.now())),
  )
  expect(plans).toEqual(['SEARCH deliveries USING INDEX deliveries_dead (environment_id=?)'])
})
