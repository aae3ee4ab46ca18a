import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { bland } from '../../src/providers/bland.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { now, orderOf, ourId } from '../support/fakes/order.ts'
import { json, serving } from '../support/fakes/serving.ts'
import { everyProvider } from '../support/scenarios.ts'
import { send } from '../support/send.ts'

describe('with Bland', () => everyProvider(startFakeBland))

const theirId = '7c0e7a9e-52c4-4b0f-8f7c-1f2e3d4c5b6a'
const secret = 'bland_secret'
const hookUrl = 'https://gate.test/hooks/bland/account'
const reference = { id: ourId, phoneNumber: '+15551234567', createdAt: now, providerCallId: theirId }

const order = orderOf({ agentRef: 'pathway-1' })

const open = (baseUrl: string | null, credentials: Record<string, string> = {}) =>
  bland.connect(
    {
      id: 'account',
      baseUrl,
      credentials: { api_key: 'org_key_1234567890', hook_secret: secret, ...credentials },
      hookUrl,
    },
    { clock: { now: () => now }, timeoutMs: 300, send },
  )

const queued = { status: 'success', message: 'Call successfully queued.', call_id: theirId, batch_id: null }

const readSigned = (body: string) => {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const headers = new Headers({ 'x-webhook-signature': signature })
  return open(null).verifyEvents({ headers, body: Buffer.from(body), url: '' }, now)
}
const reportedIn = (said: unknown) => {
  const reading = readSigned(JSON.stringify(said))
  return reading.kind === 'events' ? reading.events : []
}
const endOf = (said: object) => {
  const end = reportedIn({ call_id: theirId, ...said }).at(-1)?.event
  if (end?.type !== 'ended') throw new Error('it is no end')
  return end
}

describe('what is believed', () => {
  const body = '{"event":"call_ended","call":{"call_id":"call_test"}}'
  const signature = '6c296d2e57249e35ba7324da5c5c6750fae3f14c8e4602e6009c28225e92e53d'
  const reading = (headers: Record<string, string>, sent: string | Uint8Array = body) =>
    open(null).verifyEvents({ headers: new Headers(headers), body: Buffer.from(sent), url: '' }, now)

  test('a signature by the documented formula', () => {
    expect(reading({ 'x-webhook-signature': signature })).toEqual({ kind: 'events', events: [] })
  })

  test.each<[string, Record<string, string>, string]>([
    ['another signature', { 'x-webhook-signature': signature.replace('6', '7') }, body],
    ['half a signature', { 'x-webhook-signature': signature.slice(0, 32) }, body],
    ['an upper-case signature', { 'x-webhook-signature': signature.toUpperCase() }, body],
    ['a prefixed signature', { 'x-webhook-signature': `sha256=${signature}` }, body],
    ['an empty signature', { 'x-webhook-signature': '' }, body],
    ['no signature', {}, body],
    ['another body', { 'x-webhook-signature': signature }, body.replace('ended', 'began')],
    ['the same JSON in other bytes', { 'x-webhook-signature': signature }, `${body}\n`],
    ['no body', { 'x-webhook-signature': signature }, ''],
  ])('%s is forged', (_what, headers, sent) => {
    expect(reading(headers, sent)).toEqual({ kind: 'invalid_signature' })
  })

  test('the signature covers bytes, not what they decode to', () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22])
    const right = createHmac('sha256', secret).update(bytes).digest('hex')
    expect(reading({ 'x-webhook-signature': right }, bytes)).toEqual({ kind: 'events', events: [] })
    expect(reading({ 'x-webhook-signature': right }, '"\ufffd"').kind).toBe('invalid_signature')
  })

  test.each(['', 'not JSON', 'null', '[1]', '7', '"text"', '{}', '{"completed":true}', '{"call_id":7}'])(
    'signed, %j is no news',
    (sent) => expect(readSigned(sent)).toEqual({ kind: 'events', events: [] }),
  )
})

describe('what a report says', () => {
  test('everything known of a completed call', () => {
    const said = {
      call_id: theirId,
      completed: true,
      status: 'completed',
      queue_status: 'complete',
      started_at: '2023-11-14T22:12:00.000Z',
      corrected_duration: '42.4',
      call_length: 0.71,
      answered_by: 'human',
      metadata: { call_id: ourId },
      summary: 'Short.',
      analysis: { sentiment: 'negative' },
      price: 0.146,
      recording_url: 'https://bland.test/a.mp3',
      transcripts: [
        { user: 'robot', text: 'Hello!' },
        { user: 'user', text: 'Yes?' },
        { user: 'agent-action', text: 'Pressed 1' },
        { user: 'assistant', text: '' },
        7,
      ],
    }
    const startedAt = now - 80_000
    const about = { callId: ourId, providerCallId: theirId }
    expect(reportedIn(said)).toEqual([
      { ...about, event: { type: 'answered', at: startedAt, answeredBy: 'human' } },
      {
        ...about,
        event: {
          type: 'ended',
          at: startedAt + 42_400,
          answeredAt: startedAt,
          answeredBy: 'human',
          status: 'completed',
          durationSeconds: 42,
          details: {
            summary: 'Short.',
            sentiment: 'negative',
            transcript: [
              { role: 'agent', content: 'Hello!' },
              { role: 'human', content: 'Yes?' },
            ],
            recordingRef: 'kept',
            analysis: { analysis: { sentiment: 'negative' } },
            costCents: 15,
            currency: 'USD',
          },
        },
      },
    ])
    expect(reportedIn({ data: said, errors: null })).toEqual(reportedIn(said))
  })

  test('what has the wrong type is left out, and nothing else', () => {
    const end = endOf({
      completed: true,
      status: ['completed'],
      started_at: 'yesterday',
      corrected_duration: 'long',
      call_length: null,
      price: null,
      transcripts: {},
      recording_url: 'javascript:alert(1)',
      analysis: 'good',
      metadata: [],
      summary: 'Short.',
    })
    expect(end).toEqual({
      type: 'ended',
      at: now,
      status: 'completed',
      details: { summary: 'Short.', analysis: { analysis: 'good' } },
    })
  })

  test('a call is named by c_id where there is no call_id', () => {
    const [reported] = reportedIn({ c_id: theirId, status: 'busy' })
    expect(reported).toMatchObject({ callId: null, providerCallId: theirId })
  })

  const connected = { started_at: '2023-11-14T22:12:00.000Z' }
  test.each<[object, string]>([
    [{ status: 'completed' }, 'completed'],
    [{ status: 'failed' }, 'failed'],
    [{ status: 'busy' }, 'busy'],
    [{ status: 'no-answer' }, 'no_answer'],
    [{ status: 'canceled' }, 'canceled'],
    [{ completed: true }, 'completed'],
    [{ completed: true, status: 'unknown' }, 'completed'],
    [{ completed: true, status: 'failed' }, 'failed'],
    [{ completed: true, status: 'completed', answered_by: 'no-answer' }, 'no_answer'],
    [{ completed: true, status: 'completed', answered_by: 'voicemail' }, 'completed'],
    [{ completed: true, status: null, error_message: 'carrier' }, 'failed'],
    [{ completed: true, status: null, error_message: 'carrier', ...connected }, 'completed'],
    [{ queue_status: 'complete' }, 'completed'],
    [{ queue_status: 'completed' }, 'completed'],
    [{ queue_status: 'pre_queue_error' }, 'failed'],
    [{ queue_status: 'queue_error' }, 'failed'],
    [{ queue_status: 'call_error', error_message: 'x', ...connected }, 'failed'],
    [{ queue_status: 'complete_error', error_message: 'webhook failed', ...connected }, 'completed'],
    [{ queue_status: 'complete_error', status: 'completed', error_message: 'webhook failed' }, 'completed'],
  ])('%j is the end as %s', (said, status) => {
    expect(endOf(said)).toMatchObject({ status: status as 'failed' })
  })

  test.each<[object, string[]]>([
    [{}, []],
    [{ completed: false, queue_status: 'new' }, []],
    [{ completed: false, queue_status: 'queued' }, []],
    [{ completed: false, queue_status: 'allocated', status: 'unknown' }, []],
    [{ completed: false, queue_status: 'levitating' }, []],
    [{ completed: 'yes', queue_status: 'started' }, ['ringing']],
    [{ completed: false, queue_status: 'started', ...connected }, ['answered']],
    [{ completed: false, queue_status: 'started', started_at: null }, ['ringing']],
  ])('%j is no end', (said, types) => {
    const events = reportedIn({ call_id: theirId, ...said }).map(({ event }): string => event.type)
    expect(events).toEqual(types)
  })

  test.each<[string, object, number | undefined]>([
    ['its own correction first', { corrected_duration: '42', call_length: 3 }, 42],
    ['minutes', { call_length: 0.75, ...connected }, 45],
    ['seconds, because as minutes it would begin before the call', { call_length: 45, ...connected }, 45],
    ['minutes where the start is not known', { call_length: 0.5 }, 30],
    ['nothing', {}, undefined],
  ])('how long a call took, from %s', (_what, said, seconds) => {
    expect(endOf({ status: 'completed', ...said }).durationSeconds).toBe(seconds)
  })

  test('why a call failed, without phone numbers', () => {
    const error_message = 'No route to +1 (555) 123-4567'
    expect(endOf({ status: 'failed', error_message }).reason).toBe('Bland: No route to (number)')
    expect(endOf({ status: 'busy' }).reason).toBe('Bland: busy')
    expect(endOf({ queue_status: 'queue_error' }).reason).toBe('Bland: queue_error')
    expect(endOf({ status: 'completed', answered_by: 'voicemail' }).reason).toBe(
      'Bland: answered by voicemail.',
    )
    expect(endOf({ status: 'completed' }).reason).toBeUndefined()
  })

  test.each([
    [
      { status: 'completed', answered_by: 'voicemail' },
      { code: 'voicemail', answeredBy: 'machine' },
    ],
    [{ status: 'completed', answered_by: 'human' }, { answeredBy: 'human' }],
    [{ status: 'completed', answered_by: 'unknown' }, { answeredBy: 'unknown' }],
    [{ status: 'completed', transferred_to: '+15557654321' }, { code: 'transferred' }],
  ] as const)('who answered, and what became of it: %j', (said, expected) => {
    expect(endOf(said)).toMatchObject(expected)
  })

  test('a talk that broke off has its start and its length', () => {
    const said = {
      call_id: theirId,
      queue_status: 'call_error',
      error_message: 'x',
      corrected_duration: '42',
    }
    expect(reportedIn({ ...said, ...connected }).map(({ event }) => event)).toMatchObject([
      { type: 'answered', at: now - 80_000 },
      { type: 'ended', status: 'failed', answeredAt: now - 80_000, durationSeconds: 42 },
    ])
  })

  test('a call that found no line at Bland failed for that reason', () => {
    const end = endOf({ queue_status: 'queue_error', error_message: 'Concurrency limit reached' })
    expect(end).toMatchObject({ status: 'failed', code: 'provider_capacity' })
    expect(endOf({ status: 'failed' }).code).toBeUndefined()
  })
})

describe('placing', () => {
  test('a full order goes out exactly so, under the bare key', async () => {
    using server = await serving(json(queued))
    const metadata = {
      plan: 'gold',
      tries: 3,
      tags: ['a'],
      none: null,
      name: 'not this',
      call_id: 'nor this',
    }
    const named = { name: 'Jane Smith', email: 'jane@example.com', fromNumber: '+15550001111' }
    expect(await open(server.url).place({ ...order, ...named, metadata })).toEqual({
      outcome: 'placed',
      providerCallId: theirId,
    })
    const [sent] = server.seen
    expect([sent?.method, sent?.path]).toEqual(['POST', '/v1/calls'])
    expect(sent?.headers.get('authorization')).toBe('org_key_1234567890')
    expect(sent?.headers.get('encrypted_key')).toBeNull()
    expect(sent?.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      phone_number: '+15551234567',
      pathway_id: 'pathway-1',
      from: '+15550001111',
      request_data: {
        plan: 'gold',
        tries: 3,
        tags: ['a'],
        name: 'Jane Smith',
        email: 'jane@example.com',
        call_id: ourId,
      },
      metadata: { ...metadata, call_id: ourId },
      webhook: hookUrl,
      max_duration: 30,
    })
  })

  test('a minimal order leaves out what is not known', async () => {
    using server = await serving(json(queued))
    await open(server.url).place({ ...order, agentRef: null })
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      phone_number: '+15551234567',
      request_data: { call_id: ourId },
      metadata: { call_id: ourId },
      webhook: hookUrl,
      max_duration: 30,
    })
  })

  test.each([
    [3_600_000, 30],
    [1_800_000, 30],
    [1_799_999, 29],
    [600_000, 10],
    [30_000, 1],
    [-1, 1],
  ])('with a lease for %d ms more a call may last %d minutes', async (left, minutes) => {
    using server = await serving(json(queued))
    await open(server.url).place({ ...order, expiresAt: now + left })
    expect(JSON.parse(server.seen[0]?.body ?? '')).toMatchObject({ max_duration: minutes })
  })

  test.each<[string, unknown]>([
    ['as the page has it', queued],
    ['with c_id', { status: 'success', c_id: theirId }],
    ['with an empty list of errors', { ...queued, errors: [] }],
    ['in the newer envelope', { data: { call_id: theirId }, errors: null }],
  ])('an answer of success %s', async (_what, body) => {
    using server = await serving(json(body))
    expect(await open(server.url).place(order)).toEqual({ outcome: 'placed', providerCallId: theirId })
  })

  const envelope = (error: string, message: string) => ({ data: null, errors: [{ error, message }] })
  test.each<[string, number, unknown, string]>([
    ['429', 429, { status: 'error', message: 'Slow down.' }, 'provider_capacity'],
    ['429 without a word', 429, {}, 'provider_capacity'],
    ['400 with a bare message', 400, { message: 'Concurrency limit' }, 'provider_capacity'],
    ['400 that speaks of concurrency', 400, envelope('LIMIT', 'Concurrent limit'), 'provider_capacity'],
    [
      '200 that speaks of a daily limit',
      200,
      { status: 'error', message: 'Daily call limit' },
      'provider_capacity',
    ],
    ['200 with an error', 200, { status: 'error', message: 'Bad number' }, 'provider_refused'],
    ['200 with a nameless error', 200, { status: 'error' }, 'provider_refused'],
    ['200 with errors', 200, envelope('invalid_parameter', 'Bad number'), 'provider_refused'],
    ['200 with errors in words', 200, { errors: ['Bad number'] }, 'provider_refused'],
    ['400', 400, { status: 'error', message: 'Bad number', errors: ['x'] }, 'provider_refused'],
    ['401', 401, envelope('UNAUTHORIZED', 'Invalid key'), 'provider_refused'],
    ['402', 402, {}, 'provider_refused'],
  ])('%s: refused as it is meant', async (_what, status, body, code) => {
    using server = await serving(json(body, status))
    expect(await open(server.url).place(order)).toMatchObject({
      outcome: 'refused',
      code: code as 'provider_refused',
    })
  })

  test.each<[string, number, unknown]>([
    ['200 without an id', 200, { status: 'success', message: 'Call successfully queued.' }],
    ['200 with an empty id', 200, { status: 'success', call_id: '' }],
    ['200 with an id of no kind', 200, { status: 'success', call_id: 7 }],
    ['500', 500, { status: 'error', message: 'Internal server error.' }],
    ['408', 408, {}],
  ])('%s: may have arrived', async (_what, status, body) => {
    using server = await serving(json(body, status))
    expect((await open(server.url).place(order)).outcome).toBe('unknown')
    expect(server.seen).toHaveLength(1)
  })

  test('200 with an error and an id may ring: asked about by that id', async () => {
    using server = await serving(json({ ...queued, status: 'error' }))
    expect(await open(server.url).place(order)).toMatchObject({ outcome: 'unknown', providerCallId: theirId })
  })

  test('200 with an id and complaints, but no error, is placed', async () => {
    using server = await serving(json({ ...queued, errors: ['The webhook could not be reached.'] }))
    expect(await open(server.url).place(order)).toEqual({ outcome: 'placed', providerCallId: theirId })
  })

  test('no phone number is repeated in a reason', async () => {
    const message = 'It may not call +15551234567 or (555) 123-4567'
    using server = await serving(json({ status: 'error', message }, 400))
    const { reason } = (await open(server.url).place(order)) as { reason: string }
    expect(reason).toStartWith(
      'Bland rejected the call: it responded with 400: It may not call (number) or (number)',
    )
    expect(reason).not.toMatch(/\d{4}/)
  })
})

describe('asking', () => {
  const searched = { ...reference, providerCallId: null }
  const listing = (...ids: string[]) =>
    serving(({ path }) => {
      const [, id] = /^\/v1\/calls\/(.+)$/.exec(path) ?? []
      if (id === undefined) return json({ count: ids.length, calls: ids.map((call_id) => ({ call_id })) })
      return json({ call_id: id, completed: false, metadata: { call_id: id === 'ours' ? ourId : 'else' } })
    })

  test('a call whose id never came is looked for among those to its number, and proves itself by our id', async () => {
    using server = await listing('another', 'ours', 'older')
    expect(await open(server.url).fetchStatus(searched)).toEqual({
      outcome: 'found',
      providerCallId: 'ours',
      events: [],
    })
    expect(server.seen.map(({ path }) => path)).toEqual([
      '/v1/calls?to_number=%2B15551234567&limit=5',
      '/v1/calls/another',
      '/v1/calls/ours',
    ])
  })

  test('a call to the same number that is not ours is never taken for it, and no list proves a call lost', async () => {
    using others = await listing('a', 'b', 'c', 'd', 'e', 'ours')
    expect((await open(others.url).fetchStatus(searched)).outcome).toBe('unknown')
    using nothing = await listing()
    expect((await open(nothing.url).fetchStatus(searched)).outcome).toBe('unknown')
    using wrong = await serving(json({ errors: [] }, 404))
    expect((await open(wrong.url).fetchStatus(searched)).outcome).toBe('unknown')
  })

  test('an id goes into the address as one segment', async () => {
    using server = await serving(json({ call_id: theirId }))
    await open(server.url).fetchStatus({ ...reference, providerCallId: '../x?y' })
    expect(server.seen[0]?.path).toBe('/v1/calls/..%2Fx%3Fy')
  })

  test('a call that Bland does not know is gone', async () => {
    using server = await serving(json({ status: 'error', message: 'Call not found' }, 404))
    expect(await open(server.url).fetchStatus(reference)).toEqual({ outcome: 'not_found' })
  })

  test.each<[number, unknown]>([
    [200, {}],
    [200, []],
    [200, { status: 'error', message: 'Call not found' }],
    [200, { data: null, errors: [{ error: 'x' }] }],
    [400, { call_id: theirId }],
    [401, {}],
    [429, {}],
    [500, {}],
  ])('%d %j: asking again is worth it', async (status, body) => {
    using server = await serving(json(body, status))
    expect((await open(server.url).fetchStatus(reference)).outcome).toBe('unknown')
  })

  test.each<[string, unknown]>([
    ['bare', { call_id: theirId, completed: true, status: 'busy' }],
    ['in the newer envelope', { data: { c_id: theirId, status: 'busy' }, errors: null }],
  ])('a call that is over, %s', async (_what, body) => {
    using server = await serving(json(body))
    expect(await open(server.url).fetchStatus(reference)).toMatchObject({
      outcome: 'found',
      providerCallId: theirId,
      events: [{ type: 'ended', at: now, status: 'busy' }],
    })
  })
})

describe('hanging up', () => {
  const answering = (stop: Response, call: Response) =>
    serving(({ method }) => (method === 'POST' ? stop.clone() : call.clone()))
  const talking = json({ call_id: theirId, completed: false, queue_status: 'started' })

  test('stops that call, and no other', async () => {
    using server = await serving(json({ status: 'success', message: 'Call ended successfully.' }))
    await open(server.url).end(reference)
    expect(server.seen.map(({ method, path }) => [method, path])).toEqual([
      ['POST', `/v1/calls/${theirId}/stop`],
    ])
  })

  test('a call whose id never came cannot be hung up', async () => {
    await expect(open('http://127.0.0.1:1').end({ ...reference, providerCallId: null })).rejects.toThrow(
      'Bland has not reported an ID for the call',
    )
  })

  test.each([200, 400, 500])('a refusal under %d throws, unless the call is over', async (status) => {
    const refusal = json({ status: 'error', message: 'SID not found for the given c_id.' }, status)
    using during = await answering(refusal, talking)
    await expect(open(during.url).end(reference)).rejects.toThrow(
      'Bland did not hang up: SID not found for the given c_id.',
    )
    using over = await answering(refusal, json({ call_id: theirId, completed: true }))
    await open(over.url).end(reference)
    using gone = await answering(refusal, json({}, 404))
    await open(gone.url).end(reference)
  })

  test('nobody at the other end throws', async () => {
    await expect(open('http://127.0.0.1:1').end(reference)).rejects.toThrow(
      'Bland did not hang up: could not be reached',
    )
  })
})

test('the key to one’s own Twilio account goes with an order, and with nothing else', async () => {
  using server = await serving(json(queued))
  const provider = open(server.url, { encrypted_key: 'key-to-twilio' })
  await provider.place(order)
  await provider.fetchStatus({ ...order, providerCallId: theirId })
  expect(server.seen.map(({ headers }) => headers.get('encrypted_key'))).toEqual(['key-to-twilio', null])
})

test.each(['api_key', 'hook_secret'])('an account without %s opens for nobody', (name) => {
  expect(() => open(null, { [name]: '' })).toThrow(`its ${name} is missing`)
})

test('wrong credentials are told from trouble', async () => {
  using wrong = await serving(json({}, 401))
  expect(await open(wrong.url).check()).toBe('Bland rejected these credentials (it responded with 401).')
  using broken = await serving(json({}, 500))
  expect(await open(broken.url).check()).toBe('Bland responded with 500.')
})
