import { describe, expect, test } from 'bun:test'
import { retell } from '../../src/providers/retell.ts'
import { signAsRetell, startFakeRetell } from '../support/fakes/retell.ts'
import { now, orderOf as minimal, ourId } from '../support/fakes/order.ts'
import { answering as answeringWith } from '../support/fakes/serving.ts'
import { everyProvider } from '../support/scenarios.ts'
import { send } from '../support/send.ts'

describe('with Retell', () => everyProvider(startFakeRetell))

const key = 'key_test_123'

const connectTo = (baseUrl: string | null, credentials: Record<string, string> = { api_key: key }) =>
  retell.connect(
    { id: 'account', baseUrl, credentials, hookUrl: 'https://gate.test/hooks/retell/account' },
    { clock: { now: () => now }, timeoutMs: 300, send },
  )

const orderOf = (given: Parameters<typeof minimal>[0] = {}) =>
  minimal({ fromNumber: '+14157774444', ...given })
const reference = { id: ourId, phoneNumber: '+15551234567', createdAt: now, providerCallId: 'call_1' }

const answering = (status: number, json?: unknown) => answeringWith(connectTo, status, json)

describe('the order', () => {
  test('a full one carries our id, the agent, and the person and metadata as strings', async () => {
    await using fake = await startFakeRetell()
    const metadata = {
      plan: 'pro',
      seats: 3,
      trial: false,
      gone: null,
      tags: ['a', 'b'],
      address: { city: 'Bonn' },
      name: 'not this',
      call_id: 'not this',
    }
    const full = { agentRef: 'agent_1', name: 'Jane Smith', email: 'jane@example.com', metadata }
    await connectTo(fake.baseUrl, fake.credentials).place(orderOf(full))
    expect(fake.orders).toEqual([
      {
        from_number: '+14157774444',
        to_number: '+15551234567',
        override_agent_id: 'agent_1',
        metadata: { ...metadata, call_id: ourId },
        retell_llm_dynamic_variables: {
          plan: 'pro',
          seats: '3',
          trial: 'false',
          tags: '["a","b"]',
          address: '{"city":"Bonn"}',
          name: 'Jane Smith',
          email: 'jane@example.com',
          call_id: ourId,
        },
      },
    ])
    expect(fake.complaints).toEqual([])
  })

  test('a minimal one leaves out what there is not', async () => {
    await using fake = await startFakeRetell()
    await connectTo(fake.baseUrl, fake.credentials).place(orderOf())
    expect(fake.orders).toEqual([
      {
        from_number: '+14157774444',
        to_number: '+15551234567',
        metadata: { call_id: ourId },
        retell_llm_dynamic_variables: { call_id: ourId },
      },
    ])
    expect(fake.complaints).toEqual([])
  })

  test('without a number to call from it is refused and never sent', async () => {
    using server = await answering(201, { call_id: 'call_1' })
    expect(await server.provider.place(orderOf({ fromNumber: null }))).toMatchObject({
      outcome: 'refused',
      code: 'provider_refused',
    })
    expect(server.asked()).toEqual([])
  })

  test.each([
    ['a call', 201, { call_id: 'call_1', call_status: 'registered' }, { outcome: 'placed' }],
    ['200 with an error', 200, { status: 'error', message: 'no' }, { code: 'provider_refused' }],
    ['200 with a wordless error', 200, { status: 'error' }, { code: 'provider_refused' }],
    [
      '200 with an error and an id',
      200,
      { call_id: 'call_1', call_status: 'registered', status: 'error' },
      { outcome: 'unknown', providerCallId: 'call_1' },
    ],
    ['201 without an id', 201, { call_status: 'registered' }, { outcome: 'unknown' }],
    ['400', 400, { status: 'error', message: 'Invalid' }, { code: 'provider_refused' }],
    ['401', 401, { status: 'error', message: 'API key is missing' }, { code: 'provider_refused' }],
    ['402', 402, { status: 'error', message: 'Trial has ended' }, { code: 'provider_refused' }],
    ['422', 422, { status: 'error', message: 'Cannot find' }, { code: 'provider_refused' }],
    ['429', 429, { status: 'error', message: 'rate limited' }, { code: 'provider_capacity' }],
    ['429 without words', 429, undefined, { code: 'provider_capacity' }],
    ['402 about concurrency', 402, { message: 'Concurrency limit' }, { code: 'provider_capacity' }],
    ['500', 500, { status: 'error', message: 'unexpected' }, { outcome: 'unknown' }],
    [
      'a call that is over at once at the limit',
      201,
      { call_id: 'call_1', call_status: 'error', disconnection_reason: 'concurrency_limit_reached' },
      { code: 'provider_capacity' },
    ],
    [
      'a call that is over at once',
      201,
      { call_id: 'call_1', call_status: 'not_connected', disconnection_reason: 'no_valid_payment' },
      { code: 'provider_refused' },
    ],
  ])('%s is understood', async (_name, status, json, expected) => {
    using server = await answering(status, json)
    expect(await server.provider.place(orderOf())).toMatchObject(expected)
    expect(server.asked()).toEqual(['POST /v2/create-phone-call'])
  })

  test('a reason repeats no phone number', async () => {
    using server = await answering(400, { status: 'error', message: 'to_number +1 (555) 123-4567 is bad' })
    const placement = await server.provider.place(orderOf())
    expect(JSON.stringify(placement)).toContain('to_number (number) is bad')
    expect(JSON.stringify(placement)).not.toContain('4567')
  })
})

const ask = async (status: number, json?: unknown) => {
  using server = await answering(status, json)
  return await server.provider.fetchStatus(reference)
}
const reasoned = (call_status: string, disconnection_reason?: string) =>
  ask(200, { call_id: 'call_1', call_status, disconnection_reason })

describe('asking', () => {
  test.each([
    ['registered', []],
    ['ongoing', [{ type: 'answered', at: now }]],
    ['ended', [{ type: 'ended', status: 'completed', at: now }]],
    ['error', [{ type: 'ended', status: 'failed' }]],
    ['not_connected', [{ type: 'ended', status: 'failed' }]],
  ])('a call that is %s', async (call_status, events) => {
    expect(await reasoned(call_status)).toMatchObject({ outcome: 'found', providerCallId: 'call_1', events })
  })

  test.each([
    ['ended', 'user_hangup', 'completed'],
    ['ended', 'agent_hangup', 'completed'],
    ['ended', 'call_transfer', 'completed'],
    ['ended', 'voicemail_reached', 'completed'],
    ['ended', 'ivr_reached', 'completed'],
    ['ended', 'inactivity', 'completed'],
    ['ended', 'max_duration_reached', 'completed'],
    ['ended', 'transfer_bridged', 'completed'],
    ['ended', 'transfer_cancelled', 'completed'],
    ['ended', 'call_take_over', 'completed'],
    ['ended', 'manual_stopped', 'completed'],
    ['ended', 'something new', 'completed'],
    ['ended', 'constructor', 'completed'],
    ['not_connected', 'manual_stopped', 'canceled'],
    ['not_connected', 'dial_busy', 'busy'],
    ['not_connected', 'user_declined', 'busy'],
    ['not_connected', 'dial_no_answer', 'no_answer'],
    ['not_connected', 'dial_failed', 'failed'],
    ['not_connected', 'something new', 'failed'],
    ['ended', 'dial_busy', 'busy'],
    ['ended', 'dial_no_answer', 'no_answer'],
    ['error', 'concurrency_limit_reached', 'failed'],
    ['error', 'no_concurrency_fallback', 'failed'],
    ['error', 'no_valid_payment', 'failed'],
    ['ended', 'scam_detected', 'failed'],
    ['ended', 'invalid_destination', 'failed'],
    ['ended', 'telephony_provider_permission_denied', 'failed'],
    ['ended', 'telephony_provider_unavailable', 'failed'],
    ['ended', 'sip_routing_error', 'failed'],
    ['ended', 'marked_as_spam', 'failed'],
    ['ended', 'registered_call_timeout', 'failed'],
    ['ended', 'error_llm_websocket_open', 'failed'],
    ['ended', 'error_no_audio_received', 'failed'],
    ['ended', 'error_asr', 'failed'],
    ['ended', 'error_retell', 'failed'],
    ['ended', 'error_user_not_joined', 'failed'],
    ['ended', 'error_unknown', 'failed'],
  ])('%s by %s is %s', async (callStatus, why, status) => {
    const isPlain = why === 'user_hangup' || why === 'agent_hangup'
    const ended = { type: 'ended', status, ...(isPlain ? {} : { reason: `Retell: ${why}.` }) }
    const report = await reasoned(callStatus, why)
    expect(report).toMatchObject({ outcome: 'found', events: [ended] })
    expect(JSON.stringify(report).includes('provider_capacity')).toBe(why.includes('concurrency'))
  })

  test('everything told of a call is kept, in our units', async () => {
    const told = {
      call_id: 'call_1',
      call_status: 'ended',
      disconnection_reason: 'user_hangup',
      start_timestamp: now - 60_000,
      end_timestamp: now - 1000,
      duration_ms: 58_600,
      transcript_object: [
        { role: 'agent', content: 'Hello!' },
        { role: 'user', content: 'Hi.' },
        { role: 'transfer_target', content: 'Sales.' },
        { role: 'dtmf', digit: '1' },
      ],
      recording_url: 'https://recordings.test/1.wav',
      call_analysis: { call_summary: 'They want a demo.', user_sentiment: 'Negative' },
      call_cost: { combined_cost: 17.4 },
    }
    expect(await ask(200, told)).toEqual({
      outcome: 'found',
      providerCallId: 'call_1',
      events: [
        { type: 'answered', at: now - 60_000 },
        {
          type: 'ended',
          at: now - 1000,
          answeredAt: now - 60_000,
          status: 'completed',
          durationSeconds: 59,
          details: {
            summary: 'They want a demo.',
            sentiment: 'negative',
            transcript: [
              { role: 'agent', content: 'Hello!' },
              { role: 'human', content: 'Hi.' },
              { role: 'human', content: 'Sales.' },
            ],
            recordingRef: 'kept',
            costCents: 17,
            currency: 'USD',
          },
        },
      ],
    })
  })

  const talked = {
    call_id: 'call_1',
    start_timestamp: now - 43_000,
    end_timestamp: now - 1000,
    duration_ms: 42_000,
  }
  test.each([
    ['voicemail_reached', undefined, { code: 'voicemail', answeredBy: 'machine' }],
    ['agent_hangup', true, { code: 'voicemail', answeredBy: 'machine' }],
    ['user_hangup', false, { answeredBy: 'human' }],
    ['ivr_reached', false, { answeredBy: 'machine' }],
    ['call_transfer', undefined, { code: 'transferred' }],
    ['transfer_bridged', false, { code: 'transferred', answeredBy: 'human' }],
  ] as const)(
    'a call that ended by %s (in voicemail: %p)',
    async (disconnection_reason, in_voicemail, expected) => {
      const call_analysis = { in_voicemail }
      expect(
        await ask(200, { ...talked, call_status: 'ended', disconnection_reason, call_analysis }),
      ).toMatchObject({ events: [{ type: 'answered' }, { status: 'completed', ...expected }] })
    },
  )

  test.each(['error_asr', 'error_llm_websocket_lost_connection', 'error_retell', 'scam_detected'])(
    'a talk that broke off by %s has its start and its length',
    async (disconnection_reason) => {
      expect(await ask(200, { ...talked, call_status: 'error', disconnection_reason })).toMatchObject({
        events: [
          { type: 'answered', at: now - 43_000 },
          { status: 'failed', durationSeconds: 42 },
        ],
      })
    },
  )

  test.each(['dial_failed', 'dial_busy', 'dial_no_answer', 'invalid_destination'])(
    'what ended by %s was no talk, whatever start it has',
    async (disconnection_reason) => {
      expect(await ask(200, { ...talked, call_status: 'not_connected', disconnection_reason })).toMatchObject(
        {
          events: [{ type: 'ended' }],
        },
      )
    },
  )

  test('fields of a wrong type are left out and break nothing else', async () => {
    const report = await ask(200, {
      call_id: 'call_1',
      call_status: 'ended',
      metadata: 'none',
      end_timestamp: 'yesterday',
      duration_ms: -1,
      transcript_object: 'none',
      recording_url: 'nowhere',
      call_analysis: { call_summary: 7, user_sentiment: 'Unknown' },
      call_cost: null,
    })
    expect(report).toEqual({
      outcome: 'found',
      providerCallId: 'call_1',
      events: [{ type: 'ended', at: now, status: 'completed', details: {} }],
    })
  })

  test.each([
    ['404', 404, undefined, 'not_found'],
    [
      '422 that cannot find it',
      422,
      { message: 'Cannot find requested asset under given api key.' },
      'not_found',
    ],
    ['422 about something else', 422, { message: 'Invalid id' }, 'unknown'],
    ['401', 401, { message: 'API key is missing or invalid.' }, 'unknown'],
    ['429', 429, { message: 'rate limited' }, 'unknown'],
    ['500', 500, undefined, 'unknown'],
    ['200 with an error', 200, { status: 'error', message: 'no' }, 'unknown'],
    ['an unknown status', 200, { call_id: 'call_1', call_status: 'dreaming' }, 'unknown'],
    ['no status', 200, { call_id: 'call_1' }, 'unknown'],
  ] as const)('%s', async (_name, status, json, outcome) => {
    expect(await ask(status, json)).toMatchObject({ outcome })
  })

  test('by our id, an empty list says that it has no such call', async () => {
    using server = await answering(200, { items: [], has_more: false })
    expect(await server.provider.fetchStatus({ ...reference, providerCallId: null })).toEqual({
      outcome: 'not_found',
    })
  })

  test.each([
    ['an empty page before others', { items: [], has_more: true }],
    [
      'only other calls',
      { items: [{ call_id: 'call_2', call_status: 'ended', metadata: { call_id: 'other' } }] },
    ],
    ['no list', {}],
  ])('by our id, %s proves nothing', async (_, listed) => {
    using server = await answering(200, listed)
    expect(await server.provider.fetchStatus({ ...reference, providerCallId: null })).toMatchObject({
      outcome: 'unknown',
    })
    expect(server.asked()).toEqual(['POST /v3/list-calls'])
  })

  test('an id cannot lead to another address', async () => {
    using server = await answering(404)
    await server.provider.fetchStatus({ ...reference, providerCallId: '../get-concurrency?' })
    expect(server.asked()).toEqual(['GET /v2/get-call/..%2Fget-concurrency%3F'])
  })
})

describe('ending', () => {
  test.each([
    ['204', 204, undefined],
    ['404', 404, undefined],
    ['422 that cannot find it', 422, { message: 'Cannot find requested asset under given api key.' }],
  ])('%s: the call is over', async (_name, status, json) => {
    using server = await answering(status, json)
    expect(await server.provider.end(reference)).toBeUndefined()
    expect(server.asked()).toEqual(['POST /v2/stop-call/call_1'])
  })

  test.each([
    ['401', 401, undefined],
    ['422', 422, { message: 'Call cannot be stopped' }],
    ['500', 500, undefined],
  ])('%s: says that it did not work', async (_name, status, json) => {
    using server = await answering(status, json)
    await expect(server.provider.end(reference)).rejects.toThrow(
      `Retell could not hang up: it responded with ${status}.`,
    )
  })

  test('says so while there is no id of theirs, and where nobody is', async () => {
    const nobody = connectTo('http://127.0.0.1:1')
    await expect(nobody.end({ ...reference, providerCallId: null })).rejects.toThrow('gave no id')
    await expect(nobody.end(reference)).rejects.toThrow('could not be reached')
  })
})

test('a wrong key does not check out, and is not repeated', async () => {
  await using fake = await startFakeRetell()
  const problem = await connectTo(fake.baseUrl, { api_key: 'key_wrong' }).check()
  expect(problem).toBe('Retell rejected these credentials (it responded with 401).')
})

test('an account without its API key cannot be opened', () => {
  expect(() => connectTo(null, {})).toThrow('api_key is missing')
  expect(() => connectTo(null, { api_key: '', hook_key: 'key_other' })).toThrow('api_key is missing')
})

const bodyOf = '{"event":"call_ended","call":{"call_id":"call_test"}}'
/** Made with Retell's own SDK too. */
const signature = 'v=1700000000000,d=7aa4f3a16b0214aae5474fcca898781c23f697562d76d2b4318141731a6eac9e'
const readAt = (at: number, header: string | null, body = bodyOf, provider = connectTo(null)) =>
  provider.verifyEvents(
    {
      headers: new Headers(header === null ? {} : { 'x-retell-signature': header }),
      body: Buffer.from(body),
      url: 'https://gate.test/hooks/retell/account',
    },
    at,
  )
const readSigned = (body: string) => readAt(now, signAsRetell(body, now, key), body)

describe('the signature', () => {
  test('of the known vector is right', () => {
    expect(readAt(now, signature)).toMatchObject({
      kind: 'events',
      events: [{ callId: null, providerCallId: 'call_test', event: { type: 'ended', status: 'completed' } }],
    })
    expect(readAt(now, signature.toUpperCase()).kind).toBe('events')
  })

  test.each([
    ['without it', null, bodyOf],
    ['empty', '', bodyOf],
    ['without its digest', 'v=1700000000000,d=', bodyOf],
    ['without its time', signature.replace('1700000000000', ''), bodyOf],
    ['with another time', signature.replace('v=17', 'v=18'), bodyOf],
    ['with another digest', signature.replace('d=7', 'd=8'), bodyOf],
    ['with a shorter digest', signature.slice(0, -2), bodyOf],
    ['with a longer digest', `${signature}00`, bodyOf],
    ['with its parts swapped', signature.split(',').toReversed().join(','), bodyOf],
    ['over another body', signature, bodyOf.replace('ended', 'begun')],
    ['over a body with a space more', signature, `${bodyOf} `],
    ['over no body', signature, ''],
    ['by another key', signAsRetell(bodyOf, now, 'key_other'), bodyOf],
    ['by no key', signAsRetell(bodyOf, now, ''), bodyOf],
  ])('%s is forged', (_name, header, body) => {
    expect(readAt(now, header, body)).toEqual({ kind: 'invalid_signature' })
  })

  test('is good for five minutes on either side, and stale beyond', () => {
    for (const shift of [-300_000, 300_000]) expect(readAt(now + shift, signature).kind).toBe('events')
    for (const shift of [-300_001, 300_001]) expect(readAt(now + shift, signature).kind).toBe('expired')
  })

  test('with a hook key is right by that key alone', () => {
    const provider = connectTo(null, { api_key: 'key_places', hook_key: key })
    expect(readAt(now, signature, bodyOf, provider).kind).toBe('events')
    expect(readAt(now, signAsRetell(bodyOf, now, 'key_places'), bodyOf, provider).kind).toBe(
      'invalid_signature',
    )
  })

  test('with an empty hook key is by the API key', () => {
    expect(readAt(now, signature, bodyOf, connectTo(null, { api_key: key, hook_key: '' })).kind).toBe(
      'events',
    )
  })
})

describe('a signed report', () => {
  const call = { call_id: 'call_1', metadata: { call_id: ourId } }

  test('names the call by both ids', () => {
    expect(readSigned(JSON.stringify({ event: 'call_started', call }))).toEqual({
      kind: 'events',
      events: [{ callId: ourId, providerCallId: 'call_1', event: { type: 'answered', at: now } }],
    })
  })

  test.each([
    ['transcript_updated', { event: 'transcript_updated', call }],
    ['transfer_bridged', { event: 'transfer_bridged', call }],
    ['an unknown event', { event: 'call_dreamt', call }],
    ['no event', { call }],
    ['no call', { event: 'call_ended' }],
    ['a call without an id', { event: 'call_ended', call: { metadata: { call_id: ourId } } }],
    ['null', null],
    ['a list', []],
  ])('of %s is no news', (_name, payload) => {
    expect(readSigned(JSON.stringify(payload))).toEqual({ kind: 'events', events: [] })
  })

  test('that is no JSON is no news', () => {
    expect(readSigned('{"event":')).toEqual({ kind: 'events', events: [] })
    expect(readSigned('')).toEqual({ kind: 'events', events: [] })
  })
})
