import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { answer, createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const dayMs = 24 * 60 * 60_000
const request = fc.record({
  staging: fc.boolean(),
  key: fc.constantFrom('a', 'b', 'c'),
  quoted: fc.boolean(),
  name: fc.constantFrom('Jane', 'Joe'),
  waitMs: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(1.2 * dayMs) }),
})

/** What a key stands for, in the fewest words. */
interface Remembered {
  name: string
  callId: string
  at: number
}

test('agrees with a map of what each key stands for, whatever is sent with it, to whom and when', async () => {
  const history = fc.asyncProperty(
    fc.array(request, { minLength: 1, maxLength: 25, size: 'max' }),
    async (requests) => {
      const gate = createGate({ maxCallSeconds: 60, concurrentCalls: 1000 })
      const staging = gate.environment('staging')
      atOnce(gate.services.environments.setDefaultAgent(staging.id, gate.agent.id))
      const stagingKey = gate.issue(staging.id)
      const model = new Map<string, Remembered>()
      const calls = new Set<string>()
      for (const { staging: isStaging, key, quoted, name, waitMs } of requests) {
        await gate.clock.advance(waitMs)
        const now = gate.clock.now()
        const response = await gate.authorized(
          '/api/v1/calls/trigger',
          {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'idempotency-key': quoted ? `"${key}"` : key },
            body: JSON.stringify({ phone_number: '+15551234501', name }),
          },
          isStaging ? stagingKey : gate.key,
        )
        const { call_id: callId = '', code } = await answer(response)
        const known = model.get(`${isStaging} ${key}`)
        const isKnown = known !== undefined && now - known.at < dayMs
        if (isKnown && known.name !== name) {
          expect([response.status, code]).toEqual([422, 'idempotency_mismatch'])
          continue
        }
        expect(response.status).toBe(200)
        expect(response.headers.get('idempotent-replayed')).toBe(isKnown ? 'true' : null)
        if (isKnown) expect(callId).toBe(known.callId)
        else {
          expect(calls.has(callId)).toBe(false)
          calls.add(callId)
          model.set(`${isStaging} ${key}`, { name, callId, at: now })
        }
      }
      gate.database.close()
    },
  )
  await fc.assert(history, { numRuns: 30 })
}, 60_000)
