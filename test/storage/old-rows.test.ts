import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { createGate, type Gate } from '../support/gate.ts'
import { enter } from '../support/page.ts'
import { oldCall, oldDelivery } from '../support/old-rows.ts'
import { atOnce } from '../../src/work.ts'

const timesOf = ({ database }: Gate, table: string, column: string) =>
  database.sqlite
    .query<{ at: number }, []>(`select ${column} as at from ${table} order by at`)
    .all()
    .map(({ at }) => at)

const keyOf = ({ services, production }: Gate) => atOnce(services.keys.live(production.id))?.id ?? ''

const save = (gate: Gate, given: Partial<Parameters<Gate['services']['usageRows']['save']>[0]>) =>
  atOnce(gate.services.usageRows.save({ lastUses: [], figures: [], uses: [], refusals: [], ...given }))

const figure = (gate: Gate, startAt: number, span: 'minute' | 'hour') => ({
  environmentId: gate.production.id,
  span,
  startAt,
  outcome: 'granted',
  count: 1,
})

/** A way to make a row of some time in every table that is pruned, and what removes it again. */
const kinds = {
  calls: {
    column: 'ended_at',
    make: (gate: Gate, at: number) => void oldCall(gate, at),
    remove: ({ services }: Gate, before: number) => atOnce(services.oldRows.calls(before, 8, before)),
  },
  deliveries: {
    column: 'created_at',
    make: (gate: Gate, at: number) => void oldDelivery(gate, at),
    remove: ({ services }: Gate, before: number) => atOnce(services.oldRows.deliveries(before, 3)),
  },
  usage: {
    column: 'start_at',
    make: (gate: Gate, at: number) => save(gate, { figures: [figure(gate, at, 'hour')] }),
    remove: ({ services }: Gate, before: number) => atOnce(services.oldRows.figures('hour', before, 3)),
  },
  usage_totals: {
    column: 'start_at',
    make: (gate: Gate, at: number) => save(gate, { figures: [figure(gate, at, 'hour')] }),
    remove: ({ services }: Gate, before: number) => atOnce(services.oldRows.totals(before, 3)),
  },
  key_clients: {
    column: 'last_seen_at',
    make: (gate: Gate, at: number) => {
      const seen = { firstSeenAt: at, lastSeenAt: at, requests: 1, afterRotation: 0 }
      save(gate, { uses: [{ keyId: keyOf(gate), address: String(at), client: 'curl', ...seen }] })
    },
    remove: ({ services }: Gate, before: number) => atOnce(services.oldRows.clients(before, 3)),
  },
  refusals: {
    column: 'at',
    make: (gate: Gate, at: number) => {
      const counters = { requests: 1, requestLimit: 1, calls: 0, callLimit: 1 }
      const what = { code: 'rate_limited', route: 'GET /api/v1/key', address: 'x', ...counters }
      const whose = { environmentId: gate.production.id, keyId: keyOf(gate) }
      save(gate, { refusals: [{ requestId: crypto.randomUUID(), at, ...whose, ...what }] })
    },
    remove: ({ services }: Gate, before: number) => atOnce(services.oldRows.refusals(before, 3)),
  },
  known_addresses: {
    column: 'last_seen_at',
    make: (gate: Gate, at: number) => {
      const { person } = enter(gate, {})
      gate.database.sqlite.run('delete from known_addresses where person_id = ?', [person.id])
      atOnce(gate.services.knownAddresses.remember(person.id, '192.0.2.1', at))
    },
    remove: ({ services }: Gate, before: number) => atOnce(services.oldRows.knownAddresses(before, 3)),
  },
  audit: {
    column: 'at',
    make: ({ services }: Gate, at: number) =>
      atOnce(services.audit.record({ at, actor: 'x', address: null, action: 'signed_in' })),
    remove: ({ services }: Gate, before: number) => atOnce(services.oldRows.audit(before, 3)),
  },
}

test.each(Object.entries(kinds))(
  'of %s exactly the rows older than the age are removed, a few at a time',
  (table, { column, make, remove }) => {
    const times = fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { maxLength: 25 })
    fc.assert(
      fc.property(times, fc.integer({ min: 0, max: 101 }), (made, before) => {
        const gate = createGate()
        // Entries of the audit go in the order of their chain, which is that of time unless a clock was put back.
        const order = table === 'audit' ? made.toSorted((a, b) => a - b) : made
        for (const at of order) make(gate, at)
        for (let steps = 0; ; steps++) {
          const { removed, isLast } = remove(gate, before)
          expect(removed).toBeLessThanOrEqual(table === 'calls' ? 8 : 3)
          expect(steps).toBeLessThan(30)
          if (isLast) break
        }
        const left = made.filter((at) => at >= before).toSorted((a, b) => a - b)
        expect(timesOf(gate, table, column)).toEqual(left)
        gate.database.close()
      }),
      { numRuns: 25 },
    )
  },
)

test('minutes go by an age of their own', () => {
  const gate = createGate()
  const figures = (['minute', 'hour'] as const).map((span) => figure(gate, 1, span))
  save(gate, { figures })
  expect(atOnce(gate.services.oldRows.figures('minute', 2, 10))).toEqual({ removed: 1, isLast: true })
  expect(atOnce(gate.services.usage.figures(gate.production.id, 'hour', 0))).toHaveLength(1)
})

const removeCalls = (gate: Gate, before: number, rememberedSince = before) => {
  for (;;) if (atOnce(gate.services.oldRows.calls(before, 8, rememberedSince)).isLast) return
}

test('a call that is not done with is never removed, however old, and holds up none behind it', () => {
  const gate = createGate()
  const idempotencyKey = (callId: string, createdAt: number) => {
    const of = { environmentId: gate.production.id, fingerprint: 'x' }
    atOnce(gate.services.idempotency.put({ ...of, key: callId, callId, createdAt }))
  }
  const kept = [
    oldCall(gate, null, { createdAt: 1, lastContactAt: 1 }),
    oldCall(gate, 1, { hangUpPending: true }),
    oldCall(gate, 1, { detailsDueAt: 5 }),
    ...Array.from({ length: 20 }, () => oldCall(gate, 2)),
  ]
  for (const { id } of kept.slice(3, -1)) oldDelivery(gate, 1, { callId: id, state: 'pending' })
  idempotencyKey(kept.at(-1)?.id ?? '', 50)
  const gone = Array.from({ length: 10 }, () => oldCall(gate, 3))
  oldDelivery(gate, 1, { callId: gone[0]?.id ?? '' })
  oldDelivery(gate, 1_000_000, { callId: gone[0]?.id ?? '', state: 'dead' })
  idempotencyKey(gone[1]?.id ?? '', 40)

  removeCalls(gate, 10, 45)
  const left = gate.database.sqlite.query<{ id: string }, []>('select id from calls').all()
  expect(new Set(left.map(({ id }) => id))).toEqual(new Set(kept.map(({ id }) => id)))
  expect(gate.database.sqlite.query('PRAGMA foreign_key_check').all()).toEqual([])
  expect(atOnce(gate.services.deliveries.ofCall(gone[0]?.id ?? ''))).toEqual([])

  atOnce(gate.services.webhooks.remove(gate.production.id))
  removeCalls(gate, 10, 60)
  expect(gate.database.sqlite.query('select id from calls').all()).toHaveLength(3)
})

test('a delivery that is pending is never removed, however old', () => {
  const gate = createGate()
  const pending = oldDelivery(gate, 1, { state: 'pending' })
  oldDelivery(gate, 1, { state: 'dead' })
  expect(atOnce(gate.services.oldRows.deliveries(100, 10))).toEqual({ removed: 1, isLast: true })
  expect(atOnce(gate.services.deliveries.find(pending.id))).toBeDefined()
})
