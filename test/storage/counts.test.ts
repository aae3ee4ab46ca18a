import { expect, test } from 'bun:test'
import { createGate } from '../support/gate.ts'
import { readsRows } from '../support/plans.ts'
import { atOnce } from '../../src/work.ts'

test('what a scrape asks of all keys and all events is answered from indexes: of each there are hundreds of thousands', () => {
  const gate = createGate()
  const { counts } = gate.services
  expect(readsRows(gate, 'keys', () => atOnce(counts.liveKeys(gate.clock.now())))).toBe(false)
  expect(readsRows(gate, 'deliveries', () => atOnce(counts.pendingDeliveries()))).toBe(false)
  // It would be noticed.
  expect(readsRows(gate, 'calls', () => atOnce(counts.activeCalls()))).toBe(true)
})
