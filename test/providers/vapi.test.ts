import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { awaitsDetails } from '../../src/calls/call.ts'
import type { Send } from '../../src/outgoing/send.ts'
import { vapi } from '../../src/providers/vapi.ts'
import { now, orderOf, ourId } from '../support/fakes/order.ts'
import { json, serving } from '../support/fakes/serving.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'
import { connect, everyProvider } from '../support/scenarios.ts'
import { send } from '../support/send.ts'

describe('with Vapi, whose assistant signs by the HMAC plan', () => everyProvider(() => startFakeVapi()))
describe('with Vapi, whose assistant shows X-Vapi-Secret', () => everyProvider(() => startFakeVapi('secret')))

const theirId = '7c0e7a9e-52c4-4b0f-8f7c-1f2e3d4c5b6a'
const secret = 'vapi_secret'
const reference = { id: ourId, phoneNumber: '+15551234567', createdAt: now, providerCallId: theirId }

const order = orderOf({ agentRef: 'assistant-1', fromNumber: 'number-1' })

const open = (
  baseUrl: string | null,
  at = now,
  credentials: Record<string, string> = {},
  through: Send = send,
) =>
  vapi.connect(
    {
      id: 'account',
      baseUrl,
      credentials: { api_key: 'key_1234567890', hook_secret: secret, ...credentials },
      hookUrl: 'https://gate.test/hooks/vapi/account',
    },
    { clock: { now: () => at }, timeoutMs: 300, send: through },
  )

describe('what is believed', () => {
  const body = '{"event":"call_ended","call":{"call_id":"call_test"}}'
  const signature = '7215d981a9e4e493f841b6ad69c7d3ed3c0afd78e3f4c1a6125b0fd9e3cbcd60'
  const reading = (headers: Record<string, string>, sent = body, at = now) =>
    open(null).verifyEvents({ headers: new Headers(headers), body: Buffer.from(sent), url: '' }, at)
  const signed = { 'x-signature': signature, 'x-timestamp': '1700000000' }

  test('the HMAC plan’s defaults, as computed by its documented formula', () => {
    expect(reading(signed)).toEqual({ kind: 'events', events: [] })
    expect(reading({ ...signed, 'x-signature': `sha256=${signature}` }).kind).toBe('events')
  })

  describe('every form that Vapi’s custom credentials can have', () => {
    const iso = new Date(now).toISOString()
    const sign = (algorithm: string, encoding: 'hex' | 'base64', signedBytes: string) =>
      createHmac(algorithm, secret).update(signedBytes).digest(encoding)
    const algorithms = ['sha256', 'sha512', 'sha1']
    const forms = algorithms.flatMap((algorithm) =>
      (['hex', 'base64'] as const).map((encoding) => [algorithm, encoding] as const),
    )

    test.each(forms)(
      'signed by %s in %s, with a time in either writing, and without',
      (algorithm, encoding) => {
        const signatureOf = (text: string) => sign(algorithm, encoding, text)
        for (const time of ['1700000000', '1700000000000', iso]) {
          const proof = { 'x-signature': signatureOf(`${time}.${body}`), 'x-timestamp': time }
          expect(reading(proof).kind).toBe('events')
          expect(reading(proof, body, now + 301_000).kind).toBe('expired')
          expect(reading({ ...proof, 'x-timestamp': '1700000001' }).kind).toBe('invalid_signature')
        }
        for (const header of ['x-signature', 'x-vapi-signature'])
          expect(reading({ [header]: signatureOf(body) }).kind).toBe('events')
        expect(reading({ 'x-signature': `${algorithm}=${signatureOf(body)}` }).kind).toBe('events')
        expect(reading({ 'x-signature': signatureOf(`${body} `) }).kind).toBe('invalid_signature')
      },
    )

    test('in a header of one’s own, once the account names it', () => {
      const own = (headers: Record<string, string>, hook_header = 'X-Our-Proof') =>
        open(null, now, { hook_header }).verifyEvents(
          { headers: new Headers(headers), body: Buffer.from(body), url: '' },
          now,
        ).kind
      for (const value of [secret, `Bearer ${secret}`, sign('sha256', 'hex', body)]) {
        expect(own({ 'x-our-proof': value })).toBe('events')
        expect(own({ 'x-our-proof': value }, 'x-other')).toBe('invalid_signature')
        expect(reading({ 'x-our-proof': value }).kind).toBe('invalid_signature')
      }
      expect(own({ 'x-our-proof': '' })).toBe('invalid_signature')
    })
  })

  test.each<[string, Record<string, string>, string]>([
    ['another signature', { ...signed, 'x-signature': signature.replace('7', '8') }, body],
    ['half a signature', { ...signed, 'x-signature': signature.slice(0, 32) }, body],
    ['no signature', { 'x-timestamp': '1700000000' }, body],
    ['an upper-case signature', { ...signed, 'x-signature': signature.toUpperCase() }, body],
    ['another time', { ...signed, 'x-timestamp': '1700000001' }, body],
    ['the same time in milliseconds', { ...signed, 'x-timestamp': '1700000000000' }, body],
    ['a time that is no number', { ...signed, 'x-timestamp': '1.7e9' }, body],
    ['no time', { 'x-signature': signature }, body],
    ['another body', signed, body.replace('ended', 'began')],
    ['a space more', signed, `${body} `],
    ['no body', signed, ''],
    ['nothing at all', {}, body],
    ['an empty secret', { 'x-vapi-secret': '' }, body],
    ['another secret', { 'x-vapi-secret': 'vapi_secreT' }, body],
    ['half a secret', { 'x-vapi-secret': 'vapi' }, body],
    ['another bearer token', { authorization: 'Bearer vapi' }, body],
    ['an empty bearer token', { authorization: 'Bearer ' }, body],
  ])('%s is forged', (_what, headers, sent) => {
    expect(reading(headers, sent)).toEqual({ kind: 'invalid_signature' })
  })

  test.each([
    [300_000, 'events'],
    [300_001, 'expired'],
    [-300_000, 'events'],
    [-300_001, 'expired'],
  ])('signed %d ms ago: %s', (age, kind) => {
    expect(reading(signed, body, now + age).kind).toBe(kind as 'events' | 'expired')
  })

  test.each(['hmac', 'hmac in milliseconds', 'secret', 'bearer'] as const)('by %s', async (proof) => {
    await using fake = await startFakeVapi(proof)
    const { place, report } = connect(fake)
    const call = await place()
    expect(await report(call.id, 'completed')).toEqual([200, 200, 200])
    expect(call.now()).toMatchObject({ status: 'completed', costCents: 17 })
  })
})

describe('what a report says', () => {
  const reportedIn = (message: unknown) => {
    const body = Buffer.from(JSON.stringify(message))
    const reading = open(null).verifyEvents(
      { headers: new Headers({ 'x-vapi-secret': secret }), body, url: '' },
      now,
    )
    return reading.kind === 'events' ? reading.events : []
  }
  const call = { id: theirId, assistantOverrides: { metadata: { call_id: ourId } } }

  test.each<[string, unknown]>([
    ['a type of no interest', { message: { type: 'hang', call } }],
    ['an unknown type', { message: { type: 'new-thing', status: 'ended', call } }],
    ['an unknown status', { message: { type: 'status-update', status: 'levitating', call } }],
    ['a call that is only scheduled', { message: { type: 'status-update', status: 'queued', call } }],
    ['an end of nobody’s call', { message: { type: 'status-update', status: 'ended' } }],
    ['ids that are no texts', { message: { type: 'status-update', status: 'ended', call: { id: 7 } } }],
    ['no message', { type: 'status-update' }],
    ['a list', [1]],
    ['null', null],
  ])('%s is no news', (_what, payload) => {
    expect(reportedIn(payload)).toEqual([])
  })

  test.each([
    ['assistantOverrides', call],
    ['customer', { id: theirId, customer: { externalId: ourId } }],
  ])('our id is found in %s', (_where, named) => {
    const [reported] = reportedIn({ message: { type: 'status-update', status: 'ringing', call: named } })
    expect(reported).toEqual({ callId: ourId, providerCallId: theirId, event: { type: 'ringing', at: now } })
  })

  test.each([
    ['ringing', 'ringing'],
    ['in-progress', 'answered'],
    ['forwarding', 'answered'],
    ['ended', 'ended'],
  ])('the status %s means %s, at the time of the message, in seconds or milliseconds', (status, type) => {
    for (const timestamp of [now - 5000, (now - 5000) / 1000]) {
      const [reported] = reportedIn({ message: { type: 'status-update', status, timestamp, call } })
      expect(reported?.event).toMatchObject({ type: type as 'ended', at: now - 5000 })
    }
  })

  test.each<[string, string]>([
    ['customer-ended-call', 'completed'],
    ['customer-ended-call-during-transfer', 'completed'],
    ['assistant-ended-call', 'completed'],
    ['assistant-said-end-call-phrase', 'completed'],
    ['assistant-forwarded-call', 'completed: transferred'],
    ['call.ending.hook-executed-transfer', 'completed: transferred'],
    ['phone-call-provider-closed-websocket', 'failed'],
    ['exceeded-max-duration', 'completed'],
    ['silence-timed-out', 'completed'],
    ['voicemail', 'completed: voicemail'],
    ['vonage-completed', 'completed'],
    ['call.in-progress.sip-completed-call', 'completed'],
    ['call.forwarding.operator-busy', 'completed'],
    ['customer-busy', 'busy'],
    ['customer-did-not-answer', 'no_answer'],
    ['call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable', 'no_answer'],
    ['manually-canceled', 'canceled'],
    ['scheduled-call-deleted', 'canceled'],
    ['call-deleted', 'canceled'],
    ['call.start.error-subscription-concurrency-limit-reached', 'failed: provider_capacity'],
    ['call.start.error-vapi-number-outbound-daily-limit', 'failed: provider_capacity'],
    ['call.start.error-fraud-check-failed', 'failed: provider_refused'],
    ['call-start-error-neither-assistant-nor-server-set', 'failed: provider_refused'],
    ['pipeline-error-openai-llm-failed', 'failed'],
    ['call.in-progress.error-vapifault-worker-died', 'failed'],
    ['assistant-not-found', 'failed'],
    ['assistant-join-timed-out', 'failed'],
    ['customer-did-not-give-microphone-permission', 'failed'],
    ['twilio-failed-to-connect-call', 'failed'],
    ['twilio-reported-customer-misdialed', 'failed'],
    ['sip-outbound-unallocated-number', 'failed'],
    ['vonage-rejected', 'failed'],
    ['worker-shutdown', 'failed'],
  ])('a call that ended by %s is %s', (endedReason, outcome) => {
    const [reported] = reportedIn({ message: { type: 'status-update', status: 'ended', endedReason, call } })
    if (reported?.event.type !== 'ended') throw new Error('it is the end')
    const { code, reason, status } = reported.event
    expect(code === undefined ? status : `${status}: ${code}`).toBe(outcome)
    expect(reason).toBe(`Vapi: ${endedReason}.`)
  })

  test('an end-of-call-report is the end, with its times, its words and its cost', () => {
    const message = {
      type: 'end-of-call-report',
      endedReason: 'assistant-ended-call',
      startedAt: '2023-11-14T22:13:20.000Z',
      endedAt: '2023-11-14T22:14:02.400Z',
      cost: 0.146,
      call: { ...call, status: 'in-progress' },
      artifact: {
        messages: [
          { role: 'system', message: 'Be kind.' },
          { role: 'assistant', content: 'Hello!' },
          { role: 'tool_calls', toolCalls: [] },
          { role: 'user', message: 'Yes?' },
          'not a message',
        ],
        recording: { mono: { combinedUrl: 'https://vapi.test/a.wav' }, stereoUrl: 7 },
      },
      analysis: { summary: 'Short.', structuredData: { sentiment: 'positive' } },
    }
    expect(reportedIn({ message }).map(({ event }) => event)).toEqual([
      { type: 'answered', at: now },
      {
        type: 'ended',
        at: now + 42_400,
        answeredAt: now,
        status: 'completed',
        reason: 'Vapi: assistant-ended-call.',
        durationSeconds: 42,
        details: {
          summary: 'Short.',
          sentiment: 'positive',
          transcript: [
            { role: 'agent', content: 'Hello!' },
            { role: 'human', content: 'Yes?' },
          ],
          recordingRef: 'kept',
          analysis: { structuredData: { sentiment: 'positive' } },
          costCents: 15,
          currency: 'USD',
        },
      },
    ])
  })

  const between = { startedAt: '2023-11-14T22:13:20.000Z', endedAt: '2023-11-14T22:14:02.000Z' }
  const endOf = (endedReason: string, more: object = between) => {
    const message = { type: 'end-of-call-report', endedReason, call, ...more }
    return reportedIn({ message }).map(({ event }) => event)
  }

  test.each([
    ['call.in-progress.error-vapifault-worker-died', 'failed'],
    ['call.in-progress.error-transfer-failed', 'failed'],
    ['call.in-progress.error-assistant-did-not-receive-customer-audio', 'failed'],
    ['pipeline-error-openai-llm-failed', 'failed'],
    ['worker-shutdown', 'failed'],
    ['phone-call-provider-closed-websocket', 'failed'],
    ['manually-canceled', 'completed'],
  ] as const)('a talk that ended by %s is a talk with its length, and %s', (endedReason, status) => {
    expect(endOf(endedReason)).toMatchObject([
      { type: 'answered', at: now },
      { type: 'ended', status, answeredAt: now, durationSeconds: 42 },
    ])
  })

  test.each([
    'customer-busy',
    'customer-did-not-answer',
    'twilio-failed-to-connect-call',
    'call.start.error-get-transport',
    'call.ringing.error-sip-inbound-call-failed-to-connect',
    'call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable',
  ])('what ended by %s was no talk, whatever start it has', (endedReason) => {
    expect(endOf(endedReason)).toMatchObject([{ type: 'ended' }])
    expect(endOf(endedReason)[0]).not.toHaveProperty('durationSeconds')
  })

  test('the number that Vapi called from is told where it names it', () => {
    const phoneNumber = { number: '+15550001111' }
    expect(endOf('customer-busy', { phoneNumber })).toMatchObject([{ fromNumber: '+15550001111' }])
  })

  test('what has the wrong type is left out, and nothing else', () => {
    const message = {
      type: 'end-of-call-report',
      endedReason: ['no'],
      startedAt: 'yesterday',
      endedAt: {},
      timestamp: null,
      cost: 'much',
      call,
      artifact: { messages: 'none', recordingRef: 'javascript:alert(1)' },
      analysis: { summary: 'Short.', structuredData: { sentiment: 'ecstatic' } },
    }
    expect(reportedIn({ message }).map(({ event }) => event)).toEqual([
      {
        type: 'ended',
        at: now,
        status: 'completed',
        details: { summary: 'Short.', analysis: { structuredData: { sentiment: 'ecstatic' } } },
      },
    ])
  })
})

test('a status-update ends the call at once, and its end-of-call-report fills in what it says', async () => {
  await using fake = await startFakeVapi()
  const { gate, place, deliver, slots } = connect(fake)
  const call = await place()
  fake.move(call.id, 'completed')
  const [update, , full] = fake.reports(call.id, 'completed', gate.clock.now())
  if (!update || !full) throw new Error('Vapi reports a completed call twice')
  await deliver(update)
  expect(call.now()).toMatchObject({ status: 'completed', summary: null })
  expect([slots(), awaitsDetails(call.now())]).toEqual([0, true])
  await deliver(full)
  expect(call.now()).toMatchObject({ summary: fake.details.summary, costCents: fake.details.costCents })
})

describe('what waits for an answer is told that nothing was done, and what only reports is not', () => {
  const ask = async (message: object, given?: Record<string, string>) => {
    await using fake = await startFakeVapi()
    const { deliver } = connect(fake)
    const headers = given ?? { 'x-vapi-secret': fake.credentials.hook_secret ?? '' }
    const body = JSON.stringify({ message })
    const response = await deliver({
      headers: { 'content-type': 'application/json', ...headers },
      body,
      search: '',
    })
    return { status: response.status, body: await response.json() }
  }
  const nothingDone = expect.stringMatching(/^Nothing was done: [^\n]+$/)

  test('each of several tool calls', async () => {
    const toolCallList = [
      { id: 'toolu_1', type: 'function', function: { name: 'bookTable', arguments: { at: 'eight' } } },
      { id: 'toolu_2', name: 'sendEmail', arguments: {} },
    ]
    expect(await ask({ type: 'tool-calls', toolCallList, call: { id: theirId } })).toEqual({
      status: 200,
      body: {
        results: [
          { toolCallId: 'toolu_1', error: nothingDone },
          { toolCallId: 'toolu_2', error: nothingDone },
        ],
      },
    })
  })

  test.each([
    ['transfer-destination-request', { error: nothingDone }],
    ['handoff-destination-request', { error: nothingDone }],
    ['function-call', { result: nothingDone }],
    ['assistant-request', { error: 'This number has no assistant.' }],
    ['tool-calls', { results: [] }],
    ['speech-update', { success: true }],
    ['status-update', { success: true }],
  ])('%s', async (type, body) => {
    expect(await ask({ type, toolCallList: 'none' })).toEqual({ status: 200, body })
  })

  test('nobody who has not proven to be Vapi', async () => {
    const { status } = await ask({ type: 'tool-calls' }, { 'x-vapi-secret': 'another' })
    expect(status).toBe(401)
  })
})

describe('placing', () => {
  test('a call with a complaint beside its id is placed', async () => {
    using server = await serving(json({ id: theirId, status: 'queued', message: 'Low credits.' }, 201))
    expect(await open(server.url).place(order)).toEqual({ outcome: 'placed', providerCallId: theirId })
  })

  test('a full order goes out exactly so, and names no server of its own', async () => {
    using server = await serving(json({ id: theirId, status: 'queued' }, 201))
    const metadata = {
      plan: 'gold',
      tries: 3,
      tags: ['a'],
      none: null,
      name: 'not this',
      call_id: 'nor this',
    }
    const full = { ...order, name: 'Jane Smith', email: 'jane@example.com', metadata }
    expect(await open(server.url).place(full)).toEqual({ outcome: 'placed', providerCallId: theirId })
    const [sent] = server.seen
    expect([sent?.method, sent?.path]).toEqual(['POST', '/call'])
    expect(sent?.headers.get('authorization')).toBe('Bearer key_1234567890')
    expect(sent?.headers.get('content-type')).toBe('application/json')
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      assistantId: 'assistant-1',
      phoneNumberId: 'number-1',
      name: ourId,
      customer: {
        number: '+15551234567',
        name: 'Jane Smith',
        email: 'jane@example.com',
        externalId: ourId,
      },
      assistantOverrides: {
        variableValues: {
          plan: 'gold',
          tries: 3,
          tags: ['a'],
          name: 'Jane Smith',
          email: 'jane@example.com',
          call_id: ourId,
        },
        metadata: { ...metadata, call_id: ourId },
      },
    })
  })

  test('a minimal order leaves out what is not known', async () => {
    using server = await serving(json({ id: theirId }, 201))
    await open(server.url).place({ ...order, agentRef: null, fromNumber: null })
    expect(JSON.parse(server.seen[0]?.body ?? '')).toEqual({
      name: ourId,
      customer: { number: '+15551234567', externalId: ourId },
      assistantOverrides: { variableValues: { call_id: ourId }, metadata: { call_id: ourId } },
    })
  })

  test.each([
    ['their length', `${'e'.repeat(41)}@example.com`],
    ['their letters', 'tom&jerry@example.com'],
    ['their script', '伊昭傑@郵件.商務'],
  ])('a name and an email that Vapi would refuse for %s still reach the agent whole', async (_, email) => {
    using server = await serving(json({ id: theirId }, 201))
    const name = 'N'.repeat(41)
    await open(server.url).place({ ...order, name, email })
    const sent = JSON.parse(server.seen[0]?.body ?? '') as {
      customer: object
      assistantOverrides: { variableValues: object }
    }
    expect(sent.customer).toEqual({ number: '+15551234567', name: 'N'.repeat(40), externalId: ourId })
    expect(sent.assistantOverrides.variableValues).toEqual({ name, email, call_id: ourId })
  })

  const limits = (concurrencyBlocked: boolean) => ({ subscriptionLimits: { concurrencyBlocked } })
  const limitReached = 'call.start.error-subscription-concurrency-limit-reached'
  test.each<[string, number, unknown, string]>([
    ['400 that speaks of concurrency', 400, { message: 'Over Concurrency Limit' }, 'provider_capacity'],
    ['400 about a daily limit', 400, { message: 'Daily Outbound Call Limit' }, 'provider_capacity'],
    ['429 without a word', 429, {}, 'provider_capacity'],
    ['429 in NestJS’s words', 429, { message: 'Rate limit exceeded' }, 'provider_capacity'],
    ['201 blocked', 201, { id: theirId, status: 'ended', ...limits(true) }, 'provider_capacity'],
    [
      '201 ended at once',
      201,
      { id: theirId, status: 'ended', endedReason: limitReached },
      'provider_capacity',
    ],
    ['400 with several messages', 400, { message: ['a', 'b'], error: 'Bad Request' }, 'provider_refused'],
    ['401', 401, { message: 'Invalid Key.' }, 'provider_refused'],
    ['402', 402, { message: 'No credits' }, 'provider_refused'],
    ['404', 404, { error: 'Not Found' }, 'provider_refused'],
    ['200 with an error', 200, { message: 'Bad', error: 'Bad Request', statusCode: 400 }, 'provider_refused'],
  ])('%s: refused as it is meant', async (_what, status, body, code) => {
    using server = await serving(({ method }) =>
      method === 'POST' ? json(body, status) : json({ id: theirId, status: 'ended' }),
    )
    expect(await open(server.url).place(order)).toMatchObject({
      outcome: 'refused',
      code: code as 'provider_refused',
    })
  })

  test.each<[string, number, unknown]>([
    ['201 without an id', 201, { status: 'queued' }],
    ['201 with an empty id', 201, { id: '' }],
    ['500', 500, { message: 'Internal' }],
    ['408', 408, { message: 'Timeout' }],
  ])('%s: may have arrived', async (_what, status, body) => {
    using server = await serving(json(body, status))
    expect((await open(server.url).place(order)).outcome).toBe('unknown')
    expect(server.seen).toHaveLength(1)
  })

  test('a blocked call that Vapi still keeps is taken back, so that it cannot ring without a slot', async () => {
    using server = await serving(({ method, path }, url) => {
      const call = { id: theirId, status: 'queued', monitor: { controlUrl: `${url}/control` } }
      return method === 'POST' && path === '/call' ? json({ ...call, ...limits(true) }, 201) : json(call)
    })
    expect(await open(server.url).place(order)).toMatchObject({ code: 'provider_capacity' })
    expect(server.seen.map(({ path }) => path)).toEqual(['/call', `/call/${theirId}`, '/control'])
  })

  test('a blocked call that cannot be taken back keeps its slot: it may still ring', async () => {
    using server = await serving(json({ id: theirId, status: 'queued', ...limits(true) }, 201))
    expect(await open(server.url).place(order)).toEqual({ outcome: 'placed', providerCallId: theirId })
  })

  test('no phone number is repeated in a reason', async () => {
    const message = ['the key is wrong', 'customer.number +15551234567 and (555) 123-4567 are bad']
    using server = await serving(json({ message }, 400))
    const { reason } = (await open(server.url).place(order)) as { reason: string }
    expect(reason).toStartWith(
      'Vapi rejected the call: it responded with 400: the key is wrong; customer.number (number) and',
    )
    expect(reason).not.toMatch(/\d{4}/)
  })
})

describe('asking', () => {
  test.each([401, 403, 429, 500])('%d: asking again is worth it', async (status) => {
    using server = await serving(json({ message: 'no' }, status))
    for (const providerCallId of [theirId, null])
      expect((await open(server.url).fetchStatus({ ...reference, providerCallId })).outcome).toBe('unknown')
  })

  test('a list that is not there says nothing about the call', async () => {
    using server = await serving(json({ message: 'Not Found' }, 404))
    const unnamed = { ...reference, providerCallId: null }
    expect((await open(server.url, now + 60_000).fetchStatus(unnamed)).outcome).toBe('unknown')
  })

  test.each([[{}], [[]], [null], ['text'], [{ status: 'ended' }]])('%j says nothing', async (body) => {
    using server = await serving(json(body))
    expect((await open(server.url).fetchStatus(reference)).outcome).toBe('unknown')
  })

  test('a call that Vapi does not know by its own id is gone, unless it was placed just now', async () => {
    using missing = await serving(json({ message: 'Not Found' }, 404))
    const about = (sentAt: number) => open(missing.url).fetchStatus({ ...reference, sentAt })
    expect(await about(now - 59_000)).toMatchObject({ outcome: 'unknown' })
    expect(await about(now - 60_000)).toEqual({ outcome: 'not_found' })
    using erased = await serving(json({ id: theirId, status: 'not-found' }))
    expect(await open(erased.url).fetchStatus(reference)).toEqual({ outcome: 'not_found' })
  })

  test.each<[string, object, string[]]>([
    ['scheduled', {}, []],
    ['queued', {}, []],
    ['ringing', {}, ['ringing']],
    ['in-progress', {}, ['answered']],
    ['forwarding', {}, ['answered']],
    ['ended', {}, ['ended']],
    ['ended', { startedAt: '2023-11-14T22:13:10.000Z' }, ['answered', 'ended']],
    ['deletion-failed', { endedAt: '2023-11-14T22:13:10.000Z' }, ['ended']],
    ['deletion-failed', {}, []],
    ['levitating', {}, []],
  ])('%s %j', async (status, more, types) => {
    using server = await serving(json({ id: theirId, status, ...more }))
    const report = await open(server.url).fetchStatus(reference)
    if (report.outcome !== 'found') throw new Error('it is known')
    expect(report.providerCallId).toBe(theirId)
    expect(report.events.map(({ type }): string => type)).toEqual(types)
  })

  test('a call is looked for by our id among those since it was triggered', async () => {
    const others = [{ id: 'x' }, { id: 'y', customer: { externalId: 'z' } }]
    const ours = { id: theirId, status: 'ringing', customer: { externalId: ourId } }
    using server = await serving(json([...others, ours]))
    expect(await open(server.url).fetchStatus({ ...reference, providerCallId: null })).toEqual({
      outcome: 'found',
      providerCallId: theirId,
      events: [{ type: 'ringing', at: now }],
    })
    expect(server.seen[0]?.path).toBe(
      '/call?createdAtGe=2023-11-14T22%3A12%3A20.000Z&createdAtLe=2023-11-14T22%3A14%3A20.000Z&limit=100',
    )
  })

  test.each(['newest', 'oldest'])('a call among hundreds is found, the %s listed first', async (first) => {
    const made = Array.from({ length: 350 }, (_, at) => ({
      id: `other-${at}`,
      status: 'ringing',
      createdAt: new Date(now + at * 100).toISOString(),
      customer: { externalId: at === 170 ? ourId : 'another' },
    }))
    const ordered = first === 'newest' ? made.toReversed() : made
    using server = await serving(({ path }) => {
      const search = new URL(path, 'http://vapi.test').searchParams
      const [from, to] = [search.get('createdAtGe') ?? '', search.get('createdAtLe') ?? '']
      const fits = ordered.filter(({ createdAt }) => from <= createdAt && createdAt <= to)
      return json(fits.slice(0, Number(search.get('limit'))))
    })
    const unnamed = { ...reference, providerCallId: null, sentAt: now }
    expect(await open(server.url).fetchStatus(unnamed)).toMatchObject({
      outcome: 'found',
      providerCallId: 'other-170',
    })
    const elsewhere = { ...unnamed, id: crypto.randomUUID() }
    expect(await open(server.url, now + 60_000).fetchStatus(elsewhere)).toEqual({ outcome: 'not_found' })
  })

  test('a call that is not listed is lost only once it should be, and only if the list was whole', async () => {
    using short = await serving(json([]))
    using full = await serving(json(Array.from({ length: 100 }, () => ({ id: 'x' }))))
    const unnamed = { ...reference, providerCallId: null }
    expect((await open(short.url, now + 59_999).fetchStatus(unnamed)).outcome).toBe('unknown')
    expect((await open(short.url, now + 60_000).fetchStatus(unnamed)).outcome).toBe('not_found')
    expect((await open(full.url, now + 60_000).fetchStatus(unnamed)).outcome).toBe('unknown')
  })
})

describe('hanging up', () => {
  const call = (monitor: unknown, status = 'in-progress') => json({ id: theirId, status, monitor })

  test('the key is not sent to the control URL', async () => {
    using server = await serving((_seen, url) => call({ controlUrl: `${url}/c` }))
    await open(server.url).end(reference)
    const [, sent] = server.seen
    expect([sent?.method, sent?.path, sent?.body]).toEqual(['POST', '/c', '{"type":"end-call"}'])
    expect(sent?.headers.get('authorization')).toBeNull()
  })

  test('the public key is sent to the control URL at Vapi, or where the account is, and nowhere else', async () => {
    using server = await serving((_seen, url) => call({ controlUrl: `${url}/c` }))
    using elsewhere = await serving(call({ controlUrl: 'https://call.vapi.ai.evil.test/c' }))
    using theirs = await serving(call({ controlUrl: 'https://phone-call.aws-us.vapi.ai/c' }))
    const sent: unknown[] = []
    const watching: Send = (url, request) => {
      if (url.endsWith('/c')) sent.push(request.headers.authorization)
      return url.startsWith('http:') ? send(url, request) : Promise.resolve({ kind: 'lost', reason: '' })
    }
    for (const { url } of [server, theirs, elsewhere])
      await open(url, now, { public_key: 'public' }, watching)
        .end(reference)
        .catch(() => {})
    expect(sent).toEqual(['Bearer public', 'Bearer public', undefined])
  })

  test.each([
    [undefined],
    [{}],
    [{ controlUrl: '' }],
    [{ controlUrl: 'http://127.0.0.1:1/elsewhere' }],
    [{ controlUrl: 'ftp://vapi.test/control' }],
    [{ controlUrl: 7 }],
  ])('no control URL to be trusted in %j: it says so and asks nobody', async (monitor) => {
    using server = await serving(call(monitor))
    await expect(open(server.url).end(reference)).rejects.toThrow('Vapi returned no URL to hang up at')
  })

  test('an https control URL elsewhere is used', async () => {
    using server = await serving(call({ controlUrl: 'https://127.0.0.1:1/control' }))
    await expect(open(server.url).end(reference)).rejects.toThrow(
      'Vapi did not hang up: could not be reached',
    )
  })

  test.each([
    ['in-progress', 'Vapi did not hang up: it responded with 400.'],
    ['ended', undefined],
  ])('a refused hang-up of a call that is %s by then', async (then, complaint) => {
    let status = 'in-progress'
    using server = await serving(({ method }, url) => {
      if (method === 'GET') return call({ controlUrl: `${url}/c` }, status)
      status = then
      return json({}, 400)
    })
    const said = await open(server.url)
      .end(reference)
      .catch((error: Error) => error.message)
    expect(said).toBe(complaint)
    expect(server.seen).toHaveLength(3)
  })

  test('a call that is over or gone needs no hanging up; one that is not listed yet throws', async () => {
    using missing = await serving(json({}, 404))
    await open(missing.url).end({ ...reference, sentAt: now - 60_000 })
    using none = await serving(json([]))
    const unnamed = { ...reference, providerCallId: null }
    await expect(open(none.url).end(unnamed)).rejects.toThrow('Vapi could not be asked')
  })
})

test.each(['api_key', 'hook_secret'])('an account without %s opens for nobody', (name) => {
  expect(() => open(null, now, { [name]: '' })).toThrow(`its ${name} is missing`)
})

test('wrong credentials are told from trouble', async () => {
  using wrong = await serving(json({ message: 'Invalid Key.' }, 401))
  expect(await open(wrong.url).check()).toBe('Vapi rejected these credentials (it responded with 401).')
  using broken = await serving(json({}, 500))
  expect(await open(broken.url).check()).toBe('Vapi responded with 500.')
})
