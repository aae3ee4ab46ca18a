import { expect, test } from 'bun:test'
import { createGate } from '../support/gate.ts'
import { readsRows } from '../support/plans.ts'

test('what a scrape asks of all keys and all events is answered from indexes: of each there are hundreds of thousands', () => {
  const gate = createGate()
  const { counts } = gate.services
  expect(readsRows(gate, 'keys', () => counts.liveKeys(gate.clock.now()))).toBe(false)
  expect(readsRows(gate, 'deliveries', () => counts.pendingDeliveries())).toBe(false)
  // It would be noticed.
  expect(readsRows(gate, 'calls', () => counts.activeCalls())).toBe(true)
})
