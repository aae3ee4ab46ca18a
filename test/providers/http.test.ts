import { describe, expect, test } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { http } from '../../src/providers/http.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { orderOf } from '../support/fakes/order.ts'
import { json, serving } from '../support/fakes/serving.ts'
import { everyProvider } from '../support/scenarios.ts'
import { send } from '../support/send.ts'

describe('with somebody’s own dialler', () => everyProvider(startFakeHttp))

const now = 1_700_000_000_000
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const open = (baseUrl: string | null) =>
  http.connect(
    { id: 'account', baseUrl, credentials: { hook_secret: secret }, hookUrl: 'https://gate.test/hook' },
    { clock: { now: () => now }, timeoutMs: 300, send },
  )

const eventsOf = (said: object) => {
  const body = JSON.stringify({ call_id: 'ours', status: 'completed', ...said })
  const signature = new Webhook(secret).sign('msg_1', new Date(now), body)
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': `${now / 1000}`,
    'webhook-signature': signature,
  }
  const reading = open(null).verifyEvents(
    { headers: new Headers(headers), body: Buffer.from(body), url: '' },
    now,
  )
  return reading.kind === 'events' ? reading.events.map(({ event }) => event) : []
}
const bare = { type: 'ended' as const, at: now, status: 'completed' as const, details: {} }

describe('a report', () => {
  test.each([
    { sentiment: 'ecstatic' },
    { recording_url: 'nowhere' },
    { recording_url: 'javascript:alert(1)' },
    { recording_url: 'ftp://files.test/a.wav' },
    { duration_seconds: -1 },
    { duration_seconds: 'long' },
    { cost_cents: 1.5 },
    { at: 'yesterday' },
    { reason: 7 },
    { transcript: 'none' },
    { transcript: [{ role: 'system', content: 'Be kind.' }, 7] },
    { summary: null, sentiment: null, recording_url: null, at: null, reason: null, cost_cents: null },
    { transcript: null, duration_seconds: null },
  ])('with %j keeps everything else', (said) => {
    expect(eventsOf(said)).toEqual([bare])
    const told = eventsOf({ summary: 'Short.', ...said }).at(-1)
    if ('summary' in said) return
    expect(told).toEqual({ ...bare, details: { summary: 'Short.' } })
  })

  test.each(['http', 'https'])('has a recording at an address of %s', (scheme) => {
    const recordingRef = `${scheme}://files.test/a.wav`
    expect(eventsOf({ recording_url: recordingRef })).toEqual([{ ...bare, details: { recordingRef } }])
  })

  test('has a reason of one line, without numbers, cut to 500 characters', () => {
    const reasonOf = (reason: string) => eventsOf({ reason })[0] as { reason?: string }
    expect(reasonOf('No route\nto +15551234567').reason).toBe('No route to (number)')
    expect(reasonOf('x'.repeat(501)).reason).toBe('x'.repeat(500))
  })

  test.each([{ call_id: 7 }, { status: 'levitating' }, { status: null }])('with %j is no news', (said) => {
    expect(eventsOf(said)).toEqual([])
  })
})

test.each([
  '',
  ' ',
  `${now / 1000}.5`,
  '1.7e9',
  '0x6553f100',
  `-${now / 1000}`,
  'Tue, 14 Nov 2023 22:13:20 GMT',
])('a report signed at %j was signed at no time', (written) => {
  const body = '{"call_id":"ours","status":"ringing"}'
  const signature = new Webhook(secret).sign('msg_1', new Date(Number(written) * 1000 || now), body)
  const headers = { 'webhook-id': 'msg_1', 'webhook-timestamp': written, 'webhook-signature': signature }
  const request = { headers: new Headers(headers), body: Buffer.from(body), url: '' }
  expect(open(null).verifyEvents(request, now)).toEqual({ kind: 'invalid_signature' })
})

test.each<[string, unknown, object]>([
  ['a number', { id: 42 }, { outcome: 'placed', providerCallId: '42' }],
  ['no whole number', { id: 4.2 }, { outcome: 'unknown' }],
  ['an object', { id: {} }, { outcome: 'unknown' }],
  ['an error beside it', { id: 'x', error: 'No.' }, { outcome: 'unknown', providerCallId: 'x' }],
])('an order answered with an id that is %s', async (_what, said, placement) => {
  using server = await serving(json(said))
  expect(await open(server.url).place(orderOf())).toMatchObject(placement)
})

test('an order answered with a number too long for JavaScript has that number as its id, to the last digit', async () => {
  using server = await serving(new Response('{"id": 12345678901234567890}', { status: 201 }))
  expect(await open(server.url).place(orderOf())).toEqual({
    outcome: 'placed',
    providerCallId: '12345678901234567890',
  })
})

test('an answer with a field of the wrong type still tells how the call stands', async () => {
  using server = await serving(json({ id: 'theirs', status: 'busy', sentiment: 'ecstatic' }))
  const call = { id: 'ours', phoneNumber: '+15551234567', createdAt: now, providerCallId: null }
  expect(await open(server.url).fetchStatus(call)).toEqual({
    outcome: 'found',
    providerCallId: 'theirs',
    events: [{ ...bare, status: 'busy' }],
  })
})
