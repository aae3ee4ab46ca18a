import { describe, expect, test } from 'bun:test'
import type { ProviderIds } from '../../src/calls/provider.ts'
import { elevenlabs, telephonyAddress } from '../../src/providers/elevenlabs.ts'
import { signAsElevenLabs, startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import { now, orderOf as minimal, ourId } from '../support/fakes/order.ts'
import { answering as answeringWith, json as answer, serving } from '../support/fakes/serving.ts'
import { connect, everyProvider } from '../support/scenarios.ts'
import { send } from '../support/send.ts'

describe('with ElevenLabs', () => everyProvider(startFakeElevenLabs))

describe('with ElevenLabs without the Twilio account', () =>
  everyProvider(async () => {
    const fake = await startFakeElevenLabs()
    const { api_key = '', hook_secret = '' } = fake.credentials
    return { ...fake, credentials: { api_key, hook_secret }, hangsUp: false }
  }))

const secret = 'wsec_test'
const twilio = { twilio_account_sid: `AC${'0'.repeat(32)}`, twilio_auth_token: 'token' }

const connectTo = (
  baseUrl: string | null,
  credentials: Record<string, string> = { api_key: 'sk_test', hook_secret: secret, ...twilio },
) =>
  elevenlabs.connect(
    { id: 'account', baseUrl, credentials, hookUrl: 'https://gate.test/hooks/elevenlabs/account' },
    { clock: { now: () => now }, timeoutMs: 300, send },
  )

const orderOf = (given: Parameters<typeof minimal>[0] = {}) =>
  minimal({ agentRef: 'agent_1', fromNumber: 'phnum_1', ...given })
const reference = {
  id: ourId,
  phoneNumber: '+15551234567',
  createdAt: now,
  providerCallId: 'conv_1',
  telephonyCallId: 'CA1',
}

const answering = (status: number, json?: unknown) => answeringWith(connectTo, status, json)

describe('the order', () => {
  test('a full one carries our id, and the person and metadata as scalars', async () => {
    await using fake = await startFakeElevenLabs()
    const metadata = {
      plan: 'pro',
      seats: 3,
      trial: false,
      gone: null,
      tags: ['a', 'b'],
      address: { city: 'Bonn' },
      system__time: 'theirs',
      name: 'not this',
      call_id: 'not this',
    }
    await connectTo(fake.baseUrl, fake.credentials).place(
      orderOf({ agentRef: 'agent_1', name: 'Jane Smith', email: 'jane@example.com', metadata }),
    )
    expect(fake.orders).toEqual([
      {
        agent_id: 'agent_1',
        agent_phone_number_id: 'phnum_1',
        to_number: '+15551234567',
        conversation_initiation_client_data: {
          user_id: ourId,
          dynamic_variables: {
            plan: 'pro',
            seats: 3,
            trial: false,
            tags: '["a","b"]',
            address: '{"city":"Bonn"}',
            name: 'Jane Smith',
            email: 'jane@example.com',
            call_id: ourId,
          },
        },
      },
    ])
    expect(fake.complaints).toEqual([])
  })

  test('a minimal one leaves out what there is not', async () => {
    await using fake = await startFakeElevenLabs()
    await connectTo(fake.baseUrl, fake.credentials).place(orderOf())
    expect(fake.orders).toEqual([
      {
        agent_id: 'agent_1',
        agent_phone_number_id: 'phnum_1',
        to_number: '+15551234567',
        conversation_initiation_client_data: { user_id: ourId, dynamic_variables: { call_id: ourId } },
      },
    ])
    expect(fake.complaints).toEqual([])
  })

  test.each([[{ agentRef: null }], [{ fromNumber: null }]])(
    'without one of them (%j) it is refused and never sent',
    async (lacking) => {
      using server = await answering(200, { success: true, conversation_id: 'conv_1' })
      expect(await server.provider.place(orderOf(lacking))).toMatchObject({
        outcome: 'refused',
        code: 'provider_refused',
      })
      expect(server.asked()).toEqual([])
    },
  )

  const detail = (status: string) => ({ detail: { status, message: 'Sorry.' } })
  const said = (reason: string) => ({ reason: `ElevenLabs rejected the call: it responded with ${reason}` })
  test.each([
    [
      'both ids',
      200,
      { success: true, message: 'Success', conversation_id: 'conv_1', callSid: 'CA1' },
      { outcome: 'placed', providerCallId: 'conv_1', telephonyCallId: 'CA1' },
    ],
    [
      'no call sid',
      200,
      { success: true, message: 'Success', conversation_id: 'conv_1', callSid: null },
      { outcome: 'placed', providerCallId: 'conv_1' },
    ],
    [
      'a call sid alone',
      200,
      { success: true, callSid: 'CA1' },
      { outcome: 'placed', providerCallId: null, telephonyCallId: 'CA1' },
    ],
    ['success without any id', 200, { success: true, message: 'Success' }, { outcome: 'unknown' }],
    [
      '200 without success',
      200,
      { success: false, message: 'No.', conversation_id: null },
      { code: 'provider_refused', ...said('200: No.') },
    ],
    [
      '200 without success, but with a conversation',
      200,
      { success: false, message: 'No.', conversation_id: 'conv_1' },
      { outcome: 'unknown', providerCallId: 'conv_1' },
    ],
    ['200 without success or words', 200, { success: false }, { code: 'provider_refused' }],
    [
      '200 without success, about concurrency',
      200,
      { success: false, message: 'Concurrency limit reached' },
      { code: 'provider_capacity' },
    ],
    ['400', 400, detail('bad_number'), { code: 'provider_refused', ...said('400: bad_number: Sorry.') }],
    ['401', 401, detail('invalid_api_key'), { code: 'provider_refused' }],
    ['401 for lack of credit', 401, detail('quota_exceeded'), { code: 'provider_refused' }],
    ['404 in one word', 404, { detail: 'Not Found' }, said('404: Not Found')],
    [
      '422',
      422,
      { detail: [{ loc: ['body', 'agent_id'], msg: 'Field required', type: 'missing' }, {}] },
      { code: 'provider_refused', ...said('422: Field required; invalid') },
    ],
    ['429', 429, detail('too_many_concurrent_requests'), { code: 'provider_capacity' }],
    ['429 of a busy system', 429, detail('system_busy'), { code: 'provider_capacity' }],
    ['429 without words', 429, undefined, { code: 'provider_capacity' }],
    ['400 about concurrency', 400, detail('agent_concurrency_limit'), { code: 'provider_capacity' }],
    ['500', 500, { detail: 'Internal Server Error' }, { outcome: 'unknown' }],
  ])('%s is understood', async (_name, status, json, expected) => {
    using server = await answering(status, json)
    expect(await server.provider.place(orderOf())).toMatchObject(expected)
    expect(server.asked()).toEqual(['POST /v1/convai/twilio/outbound-call'])
  })

  test('a reason repeats no phone number', async () => {
    using server = await answering(200, { success: false, message: 'Unable to call +15551234567 today' })
    const placement = await server.provider.place(orderOf())
    expect(placement).toMatchObject({ reason: expect.stringContaining('Unable to call (number) today') })
  })
})

const ask = async (status: number, json?: unknown, ids: Partial<ProviderIds> = {}) => {
  using server = await answering(status, json)
  return await server.provider.fetchStatus({ ...reference, ...ids })
}

describe('asking', () => {
  test.each([
    ['initiated', []],
    ['in-progress', [{ type: 'answered', at: now }]],
    ['processing', [{ type: 'ended', status: 'completed', at: now }]],
    ['done', [{ type: 'ended', status: 'completed', at: now }]],
    ['failed', [{ type: 'ended', status: 'failed', at: now }]],
  ])('a conversation that is %s', async (status, events) => {
    expect(await ask(200, { conversation_id: 'conv_1', status })).toMatchObject({
      outcome: 'found',
      providerCallId: 'conv_1',
      telephonyCallId: 'CA1',
      events,
    })
  })

  test.each([
    [{ termination_reason: 'Call failed: busy' }, 'busy'],
    [{ termination_reason: 'No answer' }, 'no_answer'],
    [{ error: { code: 1002, reason: 'no-answer' } }, 'no_answer'],
    [{ error: 'canceled' }, 'canceled'],
    [{ error: 'business rule' }, 'failed'],
    [{}, 'failed'],
  ])('a failed conversation with %j', async (metadata, status) => {
    expect(await ask(200, { status: 'failed', metadata })).toMatchObject({ events: [{ status }] })
  })

  test('a conversation that failed for concurrency is the provider’s lack of capacity', async () => {
    const metadata = { error: { reason: 'Concurrency limit of +15551234567 reached' } }
    expect(await ask(200, { status: 'failed', metadata })).toMatchObject({
      events: [
        {
          status: 'failed',
          code: 'provider_capacity',
          reason: 'ElevenLabs: Concurrency limit of (number) reached.',
        },
      ],
    })
  })

  test('everything told of a call is kept, in our units; credits are no money', async () => {
    const told = {
      conversation_id: 'conv_1',
      status: 'done',
      transcript: [
        { role: 'agent', message: 'Hello!' },
        { role: 'agent', message: null },
        { role: 'user', message: 'Hi.' },
      ],
      metadata: {
        start_time_unix_secs: now / 1000 - 60,
        accepted_time_unix_secs: now / 1000 - 55,
        call_duration_secs: 42,
        cost: 296,
      },
      analysis: { call_successful: 'success', transcript_summary: 'They want a demo.' },
      has_audio: true,
    }
    expect(await ask(200, told)).toEqual({
      outcome: 'found',
      providerCallId: 'conv_1',
      telephonyCallId: 'CA1',
      events: [
        { type: 'answered', at: now - 55_000 },
        {
          type: 'ended',
          status: 'completed',
          at: now - 18_000,
          answeredAt: now - 55_000,
          durationSeconds: 42,
          details: {
            recordingRef: 'kept',
            summary: 'They want a demo.',
            analysis: { call_successful: 'success' },
            transcript: [
              { role: 'agent', content: 'Hello!' },
              { role: 'human', content: 'Hi.' },
            ],
          },
        },
      ],
    })
  })

  test('fields of a wrong type are left out and break nothing else', async () => {
    const metadata = { start_time_unix_secs: 'then', call_duration_secs: -1, phone_call: 7 }
    const told = { status: 'done', transcript: 'none', analysis: null, metadata }
    expect(await ask(200, told)).toMatchObject({
      outcome: 'found',
      events: [{ status: 'completed', at: now, details: {} }],
    })
  })

  const metadataOf = (call_result: string | null, seconds = 0) => ({
    start_time_unix_secs: now / 1000 - 60,
    call_duration_secs: seconds,
    termination_reason: 'user was busy',
    phone_call: { call_sid: 'CA1', call_result, agent_number: '+15550001111' },
  })
  const talk = { answeredAt: now - 60_000, fromNumber: '+15550001111' }
  test.each([
    ['done', 'answered', 42, { status: 'completed', answeredBy: 'human', ...talk }],
    ['done', 'voicemail', 42, { status: 'completed', answeredBy: 'machine', code: 'voicemail', ...talk }],
    ['done', 'no_answer', 0, { status: 'no_answer' }],
    ['failed', 'no_answer', 0, { status: 'no_answer' }],
    ['failed', 'busy', 0, { status: 'busy' }],
    ['failed', 'answered', 42, { status: 'failed', answeredBy: 'human', durationSeconds: 42, ...talk }],
    ['failed', null, 42, { status: 'failed', durationSeconds: 42, ...talk }],
    ['failed', null, 0, { status: 'busy' }],
    ['failed', 'failed', 0, { status: 'failed' }],
    ['done', 'failed', 0, { status: 'failed' }],
    ['done', null, 0, { status: 'completed', durationSeconds: 0 }],
  ] as const)(
    'a conversation that is %s with the call result %p after %p s',
    async (status, result, seconds, end) => {
      const report = await ask(200, { status, metadata: metadataOf(result, seconds) })
      const events = report.outcome === 'found' ? report.events : []
      expect(events.at(-1)).toMatchObject({ type: 'ended', ...end })
      expect(events.some(({ type }) => type === 'answered')).toBe('answeredAt' in end)
    },
  )

  test('what a call cost is told in dollars', async () => {
    expect(await ask(200, { status: 'done', metadata: { cost: 296, cost_fiat: 0.174 } })).toMatchObject({
      events: [{ details: { costCents: 17, currency: 'USD' } }],
    })
  })

  test.each([
    ['no-answer', [{ type: 'ended', status: 'no_answer' }]],
    ['busy', [{ type: 'ended', status: 'busy' }]],
    ['ringing', [{ type: 'ringing' }]],
    ['in-progress', []],
    ['completed', []],
    ['queued', []],
  ])('of a call that was only initiated Twilio is asked: %s', async (status, events) => {
    using server = await serving(({ path }) =>
      answer(
        path.startsWith('/2010-04-01/') ? { sid: 'CA1', status, duration: '7' } : { status: 'initiated' },
      ),
    )
    const report = await connectTo(server.url).fetchStatus(reference)
    expect(report).toMatchObject({ outcome: 'found', events: events as object[] })
    expect(report.outcome === 'found' && report.events).toHaveLength(events.length)
  })

  test('a call sid that was not told before is learned', async () => {
    const told = { status: 'in-progress', metadata: { phone_call: { type: 'twilio', call_sid: 'CA2' } } }
    const unknown = { telephonyCallId: null }
    expect(await ask(200, told, unknown)).toMatchObject({ providerCallId: 'conv_1', telephonyCallId: 'CA2' })
    expect(await ask(200, told)).toMatchObject({ providerCallId: 'conv_1', telephonyCallId: 'CA1' })
    expect(await ask(200, { status: 'initiated' }, unknown)).toMatchObject({ providerCallId: 'conv_1' })
  })

  test.each([
    ['404', 404, { detail: 'Not Found' }, 'not_found'],
    ['401', 401, undefined, 'unknown'],
    ['422', 422, { detail: [] }, 'unknown'],
    ['429', 429, undefined, 'unknown'],
    ['500', 500, undefined, 'unknown'],
    ['an unknown status', 200, { status: 'dreaming' }, 'unknown'],
    ['no status', 200, {}, 'unknown'],
    ['no object', 200, 'hello', 'unknown'],
  ] as const)('%s', async (_name, status, json, outcome) => {
    expect(await ask(status, json)).toMatchObject({ outcome })
  })

  const listing = (user: string | undefined) =>
    serving(({ path }) =>
      path.includes('?')
        ? answer({
            conversations: user === undefined ? [] : [{ conversation_id: 'conv_9' }],
            has_more: false,
          })
        : answer({ conversation_id: 'conv_9', status: 'in-progress', user_id: user }),
    )

  test.each([
    [{ providerCallId: null }, {}],
    [{ providerCallId: null, telephonyCallId: 'CA1' }, { telephonyCallId: 'CA1' }],
  ])('looks for a call without a conversation (%j) by its user, who is our id', async (held, theirs) => {
    using server = await listing(ourId)
    const report = await connectTo(server.url).fetchStatus({ ...reference, ...held })
    const events = [{ type: 'answered' as const }]
    expect(report).toMatchObject({ outcome: 'found', providerCallId: 'conv_9', ...theirs, events })
    expect(server.seen.map(({ path }) => path)).toEqual([
      `/v1/convai/conversations?user_id=${ourId}&page_size=1`,
      '/v1/convai/conversations/conv_9',
    ])
  })

  test('does not take a conversation that was listed and is gone for the end of ours', async () => {
    using server = await serving(({ path }) =>
      path.includes('?')
        ? answer({ conversations: [{ conversation_id: 'conv_9' }], has_more: false })
        : answer({ detail: 'Not Found' }, 404),
    )
    expect(await connectTo(server.url).fetchStatus({ ...reference, providerCallId: null })).toMatchObject({
      outcome: 'unknown',
    })
  })

  test.each([[undefined], ['somebody else']])('never takes the conversation of %p for ours', async (user) => {
    using server = await listing(user)
    expect(await connectTo(server.url).fetchStatus({ ...reference, providerCallId: null })).toMatchObject({
      outcome: 'unknown',
    })
  })

  test('goes by the conversation alone, which cannot lead to another address', async () => {
    using server = await answering(404)
    await server.provider.fetchStatus(reference)
    await server.provider.fetchStatus({ ...reference, providerCallId: '..?' })
    expect(server.asked()).toEqual([
      'GET /v1/convai/conversations/conv_1',
      'GET /v1/convai/conversations/..%3F',
    ])
  })
})

describe('ending', () => {
  test('hangs up on the Twilio leg', async () => {
    using server = await answering(200, { sid: 'CA1', status: 'completed' })
    await server.provider.end(reference)
    expect(server.asked()).toEqual([`POST /2010-04-01/Accounts/AC${'0'.repeat(32)}/Calls/CA1.json`])
  })

  test.each([401, 404, 429, 500])('%d from Twilio: says that it did not work', async (status) => {
    using server = await answering(status)
    await expect(server.provider.end(reference)).rejects.toThrow(
      `Twilio could not hang up: it responded with ${status}.`,
    )
  })

  test.each([['twilio_account_sid'], ['twilio_auth_token']])('says that it lacks %s', async (name) => {
    using server = await answering(200, {})
    const url = 'http://127.0.0.1:1'
    const { [name]: _, ...others }: Record<string, string> = { api_key: 'k', hook_secret: 's', ...twilio }
    await expect(connectTo(url, others).end(reference)).rejects.toThrow(
      'ElevenLabs cannot hang up without twilio_account_sid and twilio_auth_token.',
    )
    expect(server.asked()).toEqual([])
  })

  test.each([[null], ['conv_1']])('says so where no call sid was given: %j', async (providerCallId) => {
    using server = await answering(200, {})
    const ids = { providerCallId, telephonyCallId: null }
    await expect(server.provider.end({ ...reference, ...ids })).rejects.toThrow(
      'did not return a Twilio call SID',
    )
    expect(server.asked()).toEqual([])
  })

  test.each([
    [null, 'https://api.twilio.com'],
    ['https://api.eu.residency.elevenlabs.io', 'https://api.twilio.com'],
    ['https://API.US.ElevenLabs.io', 'https://api.twilio.com'],
    ['http://127.0.0.1:9', 'http://127.0.0.1:9'],
    ['https://notelevenlabs.io', 'https://notelevenlabs.io'],
  ])('with the base URL %p goes to %s: Twilio’s token to no region of ElevenLabs', (baseUrl, address) => {
    expect(telephonyAddress(baseUrl)).toBe(address)
  })

  test('says so where nobody is', async () => {
    await expect(connectTo('http://127.0.0.1:1').end(reference)).rejects.toThrow('could not be reached')
  })
})

test('a wrong key does not check out, and is not repeated', async () => {
  await using fake = await startFakeElevenLabs()
  const problem = await connectTo(fake.baseUrl, { api_key: 'sk_wrong', hook_secret: secret }).check()
  expect(problem).toBe('ElevenLabs rejected these credentials (it responded with 401).')
})

test('an account without its API key or its hook secret cannot be opened', () => {
  expect(() => connectTo(null, { hook_secret: secret })).toThrow('api_key is missing')
  expect(() => connectTo(null, { api_key: 'sk_test', hook_secret: '' })).toThrow('hook_secret is missing')
})

const bodyOf = '{"event":"call_ended","call":{"call_id":"call_test"}}'
const signature = 't=1700000000,v0=ee5988ef5b8156a5daf48b457114e2157a1a664666664f50ba4b0aac899e6cc4'
const readAt = (at: number, header: string | null, body = bodyOf) =>
  connectTo(null).verifyEvents(
    {
      headers: new Headers(header === null ? {} : { 'ElevenLabs-Signature': header }),
      body: Buffer.from(body),
      url: 'https://gate.test/hooks/elevenlabs/account',
    },
    at,
  )
const readSigned = (payload: unknown) => {
  const body = JSON.stringify(payload)
  return readAt(now, signAsElevenLabs(body, now, secret), body)
}

describe('the signature', () => {
  test('of the known vector is right', () => {
    expect(readAt(now, signature)).toEqual({ kind: 'events', events: [] })
  })

  test.each([
    ['without it', null, bodyOf],
    ['empty', '', bodyOf],
    ['without its digest', 't=1700000000,v0=', bodyOf],
    ['without its time', signature.replace('1700000000', ''), bodyOf],
    ['with another time', signature.replace('t=17', 't=18'), bodyOf],
    ['with another digest', signature.replace('v0=e', 'v0=f'), bodyOf],
    ['with a shorter digest', signature.slice(0, -2), bodyOf],
    ['with a longer digest', `${signature}00`, bodyOf],
    ['of another version', signature.replace('v0', 'v1'), bodyOf],
    ['with its parts swapped', signature.split(',').toReversed().join(','), bodyOf],
    ['over another body', signature, bodyOf.replace('ended', 'begun')],
    ['over a body with a space more', signature, `${bodyOf} `],
    ['over no body', signature, ''],
    ['by another secret', signAsElevenLabs(bodyOf, now, 'wsec_other'), bodyOf],
    ['by no secret', signAsElevenLabs(bodyOf, now, ''), bodyOf],
  ])('%s is forged', (_name, header, body) => {
    expect(readAt(now, header, body)).toEqual({ kind: 'invalid_signature' })
  })

  test('is good for thirty minutes on either side, and stale beyond', () => {
    const tolerance = 30 * 60_000
    for (const shift of [-tolerance, tolerance]) expect(readAt(now + shift, signature).kind).toBe('events')
    for (const shift of [-tolerance - 1, tolerance + 1])
      expect(readAt(now + shift, signature).kind).toBe('expired')
  })
})

describe('a signed report', () => {
  const failure = (failure_reason: string, metadata?: object) => ({
    type: 'call_initiation_failure',
    event_timestamp: now / 1000 - 1,
    data: { agent_id: 'agent_1', conversation_id: 'conv_1', failure_reason, metadata },
  })

  test.each([
    ['busy', undefined, 'busy'],
    ['no-answer', undefined, 'no_answer'],
    ['unknown', undefined, 'failed'],
    ['unknown', 'canceled', 'canceled'],
    ['unknown', 'failed', 'failed'],
    ['something new', undefined, 'failed'],
  ])('of a call that failed for %s (Twilio: %s)', (reason, CallStatus, status) => {
    expect(
      readSigned(failure(reason, { type: 'twilio', body: { CallSid: 'CA1', CallStatus } })),
    ).toMatchObject({
      kind: 'events',
      events: [
        {
          callId: null,
          providerCallId: 'conv_1',
          telephonyCallId: 'CA1',
          event: { type: 'ended', status, at: now - 1000 },
        },
      ],
    })
  })

  test('of a failure without its Twilio part names the conversation', () => {
    expect(readSigned(failure('busy'))).toMatchObject({ events: [{ providerCallId: 'conv_1' }] })
    expect(readSigned(failure('busy', { type: 'sip', body: {} }))).toMatchObject({
      events: [{ providerCallId: 'conv_1' }],
    })
  })

  test.each([
    ['the user', { user_id: ourId }],
    ['the user given at the start', { conversation_initiation_client_data: { user_id: ourId } }],
    [
      'the variables',
      { conversation_initiation_client_data: { dynamic_variables: { call_id: ourId } }, user_id: 'else' },
    ],
  ])('names the call by %s', (_name, names) => {
    const metadata = { phone_call: { call_sid: 'CA1' } }
    const data = { conversation_id: 'conv_1', status: 'done', metadata, ...names }
    expect(readSigned({ type: 'post_call_transcription', event_timestamp: now / 1000, data })).toMatchObject({
      events: [
        {
          callId: ourId,
          providerCallId: 'conv_1',
          telephonyCallId: 'CA1',
          event: { type: 'ended', status: 'completed', at: now },
        },
      ],
    })
  })

  test('of a conversation that failed is a failed call', () => {
    const data = { conversation_id: 'conv_1', status: 'failed' }
    expect(readSigned({ type: 'post_call_transcription', data })).toMatchObject({
      events: [{ event: { type: 'ended', status: 'failed', at: now } }],
    })
  })

  test.each([
    ['audio', { type: 'post_call_audio', data: { conversation_id: 'conv_1', full_audio: 'AA==' } }],
    ['machine detection', { type: 'answering_machine_detection', data: { conversation_id: 'conv_1' } }],
    ['an unknown type', { type: 'voice_removed', data: {} }],
    ['no data', { type: 'post_call_transcription' }],
    ['null', null],
    ['a list', []],
  ])('of %s is no news', (_name, payload) => {
    expect(readSigned(payload)).toEqual({ kind: 'events', events: [] })
  })

  test('that is no JSON is no news', () => {
    for (const body of ['{"type":', ''])
      expect(readAt(now, signAsElevenLabs(body, now, secret), body)).toEqual({ kind: 'events', events: [] })
  })

  test.each<[string, object]>([
    ['by the conversation alone', { conversation_id: 'theirs' }],
    ['by our id in the initiation data', { conversation_initiation_client_data: { user_id: 'ours' } }],
    [
      'by our id in its variables',
      { conversation_initiation_client_data: { dynamic_variables: { call_id: 'ours' } } },
    ],
  ])('of a failure without a Twilio call finds its call %s', async (_how, names) => {
    await using fake = await startFakeElevenLabs()
    const { gate, place, deliver } = connect(fake)
    const call = await place()
    const [conversationId = ''] = (call.now().providerCallId ?? '').split('/')
    const data = JSON.stringify({ ...names, failure_reason: 'busy', metadata: { type: 'sip', body: {} } })
    const body = `{"type":"call_initiation_failure","data":${data.replace('theirs', conversationId).replace('ours', call.id)}}`
    const headers = {
      'content-type': 'application/json',
      'elevenlabs-signature': signAsElevenLabs(body, gate.clock.now()),
    }
    expect((await deliver({ headers, body, search: '' })).status).toBe(200)
    expect(call.now()).toMatchObject({ status: 'busy' })
  })

  test('of a call that never rang finds its call by the provider’s ids alone', async () => {
    await using fake = await startFakeElevenLabs()
    const { place, report } = connect(fake)
    const call = await place()
    expect(await report(call.id, 'busy')).toEqual([200])
    expect(call.now()).toMatchObject({ status: 'busy', reason: 'ElevenLabs: busy.' })
  })
})

test.each([
  ['twilio', '/v1/convai/twilio/outbound-call', 'CA1'],
  ['sip_trunk', '/v1/convai/sip-trunk/outbound-call', undefined],
  ['exotel', '/v1/convai/exotel/outbound-call', undefined],
])(
  'a number of %s is called from by %s, and hung up at Twilio only where it is Twilio’s',
  async (telephony, path, telephonyCallId) => {
    const placedThere = { success: true, conversation_id: 'conv_1', callSid: 'CA1', sip_call_id: 'sip_1' }
    using server = await serving(answer(placedThere))
    const order = orderOf({ agentRef: 'agent_1', fromNumber: 'phnum_1', options: { telephony } })
    const placed = await connectTo(server.url, { api_key: 'sk_1', hook_secret: secret }).place(order)
    expect(placed).toEqual({ outcome: 'placed', providerCallId: 'conv_1', telephonyCallId })
    expect(server.seen.map((seen) => seen.path)).toEqual([path])
    expect(server.seen[0]?.body).not.toContain('telephony')
  },
)

test.each([
  ['twilio', 'CA1'],
  ['exotel', null],
  ['sip_trunking', null],
])('of a conversation over %s, the SID to hang up by at Twilio is %p', async (type, sid) => {
  const told = { conversation_id: 'conv_1', status: 'in-progress' }
  const metadata = { start_time_unix_secs: now / 1000, phone_call: { type, call_sid: 'CA1' } }
  using server = await serving(answer({ ...told, metadata }))
  const asked = { ...reference, providerCallId: 'conv_1', telephonyCallId: null }
  const report = await connectTo(server.url).fetchStatus(asked)
  if (report.outcome !== 'found') throw new Error(report.outcome)
  expect(report.telephonyCallId ?? null).toBe(sid)
})
