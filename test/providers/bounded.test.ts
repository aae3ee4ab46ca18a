import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { advance } from '../../src/calls/advance.ts'
import { type Call, newCall } from '../../src/calls/call.ts'
import { withIds } from '../../src/calls/provider-ids.ts'
import type { Send } from '../../src/outgoing/send.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import type { FakeProvider } from '../support/fakes/fake.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { now, orderOf } from '../support/fakes/order.ts'
import { startFakeRetell } from '../support/fakes/retell.ts'
import { startFakeTwilio } from '../support/fakes/twilio.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'
import { send } from '../support/send.ts'

/** What a provider may put in the place of anything that it says. */
const huge: readonly unknown[] = [
  'x'.repeat(300_000),
  '\u0000'.repeat(300_000),
  '\ud800'.repeat(100_000),
  '伊'.repeat(200_000),
  `https://vendor.test/${'a'.repeat(100_000)}`,
  Array.from({ length: 20_000 }, () => ({ role: 'agent', content: 'Hello!', message: 'Hello!', text: 'Hi' })),
  [
    {
      role: 'user',
      user: 'user',
      content: 'x'.repeat(900_000),
      message: 'y'.repeat(900_000),
      text: 'z'.repeat(900_000),
    },
  ],
  Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`member ${at}`, 'x'.repeat(50)])),
  JSON.parse(`${'['.repeat(3000)}${']'.repeat(3000)}`),
  1e308,
  -1,
  null,
]

/** The JSON with something huge in the place of every member that is chosen. */
const spoiled = (json: unknown, choose: () => unknown): unknown => {
  const instead = choose()
  if (instead !== undefined) return instead
  if (Array.isArray(json)) return json.map((one) => spoiled(one, choose))
  if (typeof json !== 'object' || json === null) return json
  return Object.fromEntries(Object.entries(json).map(([name, value]) => [name, spoiled(value, choose)]))
}

const jsonBytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

const expectBounded = (call: Call) => {
  expect(Buffer.byteLength(call.summary ?? '')).toBeLessThanOrEqual(16 * 1024)
  expect(Buffer.byteLength(call.reason ?? '')).toBeLessThanOrEqual(500)
  expect(Buffer.byteLength(call.recordingRef ?? '')).toBeLessThanOrEqual(2048)
  expect(jsonBytes(call.analysis)).toBeLessThanOrEqual(64 * 1024)
  expect(jsonBytes(call.transcript)).toBeLessThanOrEqual(256 * 1024)
  expect(Buffer.byteLength(call.providerCallId ?? '')).toBeLessThanOrEqual(500)
  expect(Buffer.byteLength(call.telephonyCallId ?? '')).toBeLessThanOrEqual(500)
  expect(Buffer.byteLength(call.fromNumber ?? '')).toBeLessThanOrEqual(64)
}

const open = (fake: FakeProvider, through: Send) =>
  fake.kind.connect(
    {
      id: 'account',
      baseUrl: fake.baseUrl,
      credentials: fake.credentials,
      hookUrl: 'https://gate.test/hook',
    },
    { clock: { now: () => now }, timeoutMs: 5000, send: through },
  )

describe.each([
  ['vapi', () => startFakeVapi()],
  ['retell', startFakeRetell],
  ['bland', startFakeBland],
  ['elevenlabs', startFakeElevenLabs],
  ['twilio', startFakeTwilio],
  ['http', startFakeHttp],
] as const)('whatever %s answers', (_name, start) => {
  test('what is kept of it is bounded', async () => {
    await using fake = await start()
    const order = orderOf({ agentRef: fake.agent.ref, fromNumber: fake.agent.fromNumber })
    const placed = await open(fake, send).place(order)
    if (placed.outcome !== 'placed') throw new Error('it was not placed')
    const call = withIds(newCall(order), placed)
    for (const state of ['completed', 'transferred', 'failed'] as const) {
      if (fake.untold.includes(state)) continue
      fake.move(order.id, state)
      await fc.assert(
        // One in twelve of what is said is something else, the rest as it was.
        fc.asyncProperty(fc.infiniteStream(fc.nat(huge.length * 12)), async (stream) => {
          const spoil: Send = async (url, request) => {
            const result = await send(url, request)
            if (result.kind !== 'answered') return result
            const said = JSON.parse(Buffer.from(result.body).toString())
            const body = Buffer.from(JSON.stringify(spoiled(said, () => huge[stream.next().value])))
            return { ...result, body }
          }
          const report = await open(fake, spoil).fetchStatus(call)
          if (report.outcome === 'found') expectBounded(report.events.reduce(advance, withIds(call, report)))
        }),
        { numRuns: 25 },
      )
    }
  }, 60_000)
})

test('a text is cut between two characters, and an address or an id that is too long is left out', () => {
  const call = newCall(orderOf())
  const over = advance(call, {
    type: 'ended',
    at: now,
    status: 'completed',
    reason: '伊'.repeat(500),
    details: { summary: 'é'.repeat(20_000), recordingRef: `https://a.test/${'x'.repeat(3000)}` },
  })
  expect(over.summary).toBe('é'.repeat(8192))
  expect(over.reason).toBe('伊'.repeat(166))
  expect(over.recordingRef).toBeNull()
  expect(withIds(call, { providerCallId: 'x'.repeat(501) })).toBe(call)
})
