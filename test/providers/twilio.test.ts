import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { awaitsDetails, type CallEvent, type CallOrder, newCall } from '../../src/calls/call.ts'
import { twilio } from '../../src/providers/twilio.ts'
import { FixedClock } from '../support/clock.ts'
import { orderOf } from '../support/fakes/order.ts'
import { serving } from '../support/fakes/serving.ts'
import { apiKey, startFakeTwilio } from '../support/fakes/twilio.ts'
import { connect, everyProvider, until } from '../support/scenarios.ts'
import { send } from '../support/send.ts'
import { atOnce } from '../../src/work.ts'

describe('with Twilio', () => everyProvider(startFakeTwilio))

const accountSid = `AC${'f'.repeat(32)}`
const clock = new FixedClock()
const now = clock.now()
const hookUrl = 'https://gate.test/hooks/twilio/account'
const callId = '0199b7a4-0000-7000-8000-000000000001'

const order = (given: Partial<CallOrder> = {}) =>
  orderOf({
    id: callId,
    agentRef: 'https://twiml.example/answer',
    fromNumber: '+15550001111',
    createdAt: now,
    expiresAt: now + 3_600_000,
    ...given,
  })
const reference = { ...newCall(order()), providerCallId: 'CA01' }

const connected = (baseUrl: string | null, credentials: Record<string, string> = {}) =>
  twilio.connect(
    {
      id: 'account',
      baseUrl,
      hookUrl,
      credentials: { account_sid: accountSid, auth_token: 'authtoken123', ...credentials },
    },
    { clock, timeoutMs: 300, send },
  )

/** Twilio answering as told, and what it was asked. The last answer is given again. */
const answering = async (...answers: [status: number, json: unknown][]) => {
  const { url, seen, ...server } = await serving(() => {
    const [status, said] = (answers.length > 1 ? answers.shift() : answers[0]) ?? [500, null]
    return Response.json(said, { status })
  })
  const asked = () =>
    seen.map(({ method, path, headers, body }) => ({
      request: `${method} ${path}`,
      headers,
      form: [...new URLSearchParams(body)],
    }))
  return { ...server, provider: connected(url), asked }
}

const accepted = { sid: 'CA01', status: 'queued' }

describe('the order', () => {
  const formOf = async (given: Partial<CallOrder> = {}) => {
    using there = await answering([201, accepted])
    expect(await there.provider.place(order(given))).toEqual({ outcome: 'placed', providerCallId: 'CA01' })
    return there.asked()[0]?.form ?? []
  }
  const addressOf = async (given: Partial<CallOrder>) => Object.fromEntries(await formOf(given))['Url'] ?? ''

  test('a minimal call is sent as this form, with Basic authorization and nothing secret elsewhere', async () => {
    using there = await answering([201, accepted])
    await there.provider.place(order())
    expect(there.asked()).toHaveLength(1)
    const [{ request, headers, form } = { request: '', headers: new Headers(), form: [] }] = there.asked()
    expect(request).toBe(`POST /2010-04-01/Accounts/${accountSid}/Calls.json`)
    expect(headers.get('content-type')).toBe('application/x-www-form-urlencoded')
    expect(headers.get('authorization')).toBe(`Basic ${btoa(`${accountSid}:authtoken123`)}`)
    expect(form).toEqual([
      ['To', '+15551234567'],
      ['From', '+15550001111'],
      ['Url', `https://twiml.example/answer?call_id=${callId}`],
      ['StatusCallback', `${hookUrl}?call=${callId}`],
      ['StatusCallbackEvent', 'initiated'],
      ['StatusCallbackEvent', 'ringing'],
      ['StatusCallbackEvent', 'answered'],
      ['StatusCallbackEvent', 'completed'],
      ['TimeLimit', '3600'],
    ])
  })

  test('name, email and flattened metadata come in the address, ours before metadata of the same name', async () => {
    const metadata = {
      order: 7,
      vip: true,
      gone: null,
      items: [{ sku: 'a&b' }],
      email: 'other@example.com',
      call_id: 'x',
    }
    const url = await addressOf({ name: 'Jané & Co', email: 'jane@example.com', metadata })
    expect(Object.fromEntries(new URL(url).searchParams)).toEqual({
      order: '7',
      vip: 'true',
      items: '[{"sku":"a&b"}]',
      name: 'Jané & Co',
      email: 'jane@example.com',
      call_id: callId,
    })
  })

  test('the address keeps its own query as it is written, wins with it, and keeps its fragment', async () => {
    const url = await addressOf({
      agentRef: 'https://twiml.example/a?flow=a%20b&x=~#rc=3',
      metadata: { flow: 'hijacked' },
    })
    expect(url).toBe(`https://twiml.example/a?flow=a%20b&x=~&call_id=${callId}#rc=3`)
  })

  test('an application sid goes as ApplicationSid, without an address', async () => {
    const sid = `AP${'0123456789abcdef'.repeat(2)}`
    const form = await formOf({ agentRef: sid, name: 'Jane' })
    expect(form).toContainEqual(['ApplicationSid', sid])
    expect(form.map(([name]) => name)).not.toContain('Url')
    expect(JSON.stringify(form)).not.toContain('Jane')
  })

  test.each([
    [86_400_000, '14400'],
    [600_500, '601'],
    [0, '1'],
  ])('a call that expires after %i ms is limited to %s seconds', async (ms, limit) => {
    expect(await formOf({ expiresAt: now + ms })).toContainEqual(['TimeLimit', limit])
  })

  test.each<Partial<CallOrder>>([
    { agentRef: null },
    { agentRef: 'http://twiml.example/answer' },
    { agentRef: 'https://' },
    { agentRef: 'AP12' },
    { agentRef: 'javascript:https://twiml.example' },
    { fromNumber: null },
  ])('an agent with %j is refused without asking Twilio', async (given) => {
    using there = await answering([201, accepted])
    expect(await there.provider.place(order(given))).toMatchObject({
      outcome: 'refused',
      code: 'provider_refused',
    })
    expect(there.asked()).toEqual([])
  })
})

test('a price that Twilio knows only after the end is asked for', async () => {
  await using fake = await startFakeTwilio()
  const { gate, place, report, slots } = connect(fake)
  gate.services.reconciler.start()
  const call = await place()
  await report(call.id, 'completed')
  expect(call.now()).toMatchObject({ status: 'completed', costCents: null })
  expect([slots(), awaitsDetails(call.now())]).toEqual([0, true])
  await gate.clock.advance(31_000)
  await until(() => !awaitsDetails(call.now()))
  // By the check of the end, or half a minute after it.
  expect(call.now()).toMatchObject({ costCents: 3, endCheckDueAt: null })
})

describe('the answer to an order', () => {
  test.each<[number, unknown, string]>([
    [400, { code: 21211, message: 'invalid' }, 'provider_refused'],
    [401, { code: 20003, message: 'Authenticate' }, 'provider_refused'],
    [403, { code: 21215, message: 'not enabled' }, 'provider_refused'],
    [429, { code: 20429, message: 'Too Many Requests' }, 'provider_capacity'],
    [429, 'no JSON object', 'provider_capacity'],
    [400, { code: 10004, message: 'Call concurrency limit exceeded' }, 'provider_capacity'],
    [200, { code: 10004, message: 'Call concurrency limit exceeded' }, 'provider_capacity'],
  ])('%i %j is a definite no: %s', async (status, json, code) => {
    using there = await answering([status, json])
    expect(await there.provider.place(order())).toMatchObject({ outcome: 'refused', code })
    expect(there.asked()).toHaveLength(1)
  })

  test('an id and a complaint in one answer of success: it was placed', async () => {
    using there = await answering([200, { code: 21211, message: 'invalid', sid: 'CA01' }])
    expect(await there.provider.place(order())).toEqual({ outcome: 'placed', providerCallId: 'CA01' })
  })

  test.each<[number, unknown]>([
    [201, {}],
    [201, { sid: 7 }],
    [408, {}],
    [500, { code: 20500, message: 'Internal' }],
    [503, null],
  ])('%i %j may have rung somebody: unknown', async (status, json) => {
    using there = await answering([status, json])
    expect(await there.provider.place(order())).toMatchObject({ outcome: 'unknown' })
    expect(there.asked()).toHaveLength(1)
  })

  test('a reason names Twilio’s error, and neither a number nor an address nor the token', async () => {
    const message = 'No: +15551234567, (555) 123-4567, https://twiml.example/?email=jane@example.com x'
    using there = await answering([400, { code: 21211, message }])
    expect(await there.provider.place(order())).toMatchObject({
      reason: 'Twilio rejected the call: it responded with 400: 21211: No: (number), (number), … x',
    })
  })
})

describe('asking', () => {
  const started = 'Thu, 15 Jan 2026 12:00:05 +0000'
  const stopped = 'Thu, 15 Jan 2026 12:00:47 +0000'
  const details = {}
  const ended = (status: string, more: object = {}) => ({ type: 'ended', at: now, status, details, ...more })

  test.each<[object, object[]]>([
    [{ status: 'queued' }, []],
    [{ status: 'something new' }, []],
    [{ status: 'ringing' }, [{ type: 'ringing', at: now }]],
    [{ status: 'in-progress', start_time: started }, [{ type: 'answered', at: Date.parse(started) }]],
    [{ status: 'in-progress', start_time: 'yesterday' }, [{ type: 'answered', at: now }]],
    [{ status: 'busy', duration: '0' }, [ended('busy', { durationSeconds: 0 })]],
    [{ status: 'no-answer', duration: null, price: null }, [ended('no_answer')]],
    [{ status: 'failed', end_time: stopped }, [ended('failed', { at: Date.parse(stopped) })]],
    [{ status: 'canceled', duration: 'x', price: {} }, [ended('canceled')]],
    [
      { status: 'completed', end_time: stopped, duration: '42', price: '-0.02600', price_unit: 'USD' },
      [
        { type: 'answered', at: Date.parse(stopped) - 42_000 },
        ended('completed', {
          at: Date.parse(stopped),
          answeredAt: Date.parse(stopped) - 42_000,
          durationSeconds: 42,
          details: { costCents: 3, currency: 'USD' },
        }),
      ],
    ],
    [
      { status: 'completed', price: '-0.5', price_unit: 'eur' },
      [ended('completed', { details: { costCents: 50, currency: 'EUR' } })],
    ],
    [{ status: 'completed', price: '-0.5' }, [ended('completed')]],
    ...(['machine_start', 'machine_end_beep', 'machine_end_silence', 'machine_end_other'] as const).map(
      (answered_by): [object, object[]] => [
        { status: 'completed', answered_by },
        [ended('completed', { answeredBy: 'machine', code: 'voicemail' })],
      ],
    ),
    [{ status: 'completed', answered_by: 'fax' }, [ended('completed', { answeredBy: 'machine' })]],
    [{ status: 'completed', answered_by: 'unknown' }, [ended('completed', { answeredBy: 'unknown' })]],
    [{ status: 'no-answer', answered_by: 'unknown' }, [ended('no_answer')]],
    [{ status: 'in-progress', answered_by: 'human' }, [{ type: 'answered', at: now, answeredBy: 'human' }]],
  ])('%j', async (said, events) => {
    using there = await answering([200, { sid: 'CA01', ...said }])
    expect(await there.provider.fetchStatus(reference)).toEqual({
      outcome: 'found',
      providerCallId: 'CA01',
      events: events as CallEvent[],
    })
    expect(there.asked()[0]?.request).toBe(`GET /2010-04-01/Accounts/${accountSid}/Calls/CA01.json`)
  })

  test.each<[number, unknown, string]>([
    [404, { code: 20404 }, 'not_found'],
    [200, 'no resource', 'unknown'],
    [200, { sid: 'CA01' }, 'unknown'],
    [401, { code: 20003 }, 'unknown'],
    [429, { code: 20429 }, 'unknown'],
    [500, null, 'unknown'],
  ])('answered %i %j: %s', async (status, json, outcome) => {
    using there = await answering([status, json])
    expect(await there.provider.fetchStatus(reference)).toMatchObject({ outcome })
  })

  test('without Twilio’s id nothing is asked, so that nobody else’s call is taken for ours', async () => {
    using there = await answering([200, { calls: [{ sid: 'CA02', status: 'completed' }] }])
    expect(await there.provider.fetchStatus({ ...reference, providerCallId: null })).toMatchObject({
      outcome: 'unknown',
    })
    expect(there.asked()).toEqual([])
  })
})

describe('hanging up', () => {
  const inProgress = { sid: 'CA01', status: 'in-progress' }
  const refused = { code: 21220, message: 'Call is not in-progress.' }

  test.each<[string, [number, unknown][], string[]]>([
    ['a call that is not answered yet', [[200, { status: 'canceled' }]], ['canceled']],
    [
      'an answered call that refuses to be canceled',
      [
        [400, refused],
        [200, { status: 'completed' }],
      ],
      ['canceled', 'completed'],
    ],
    [
      'an answered call that canceling leaves alone',
      [
        [200, inProgress],
        [200, inProgress],
      ],
      ['canceled', 'completed'],
    ],
    [
      'a call that is over',
      [
        [400, refused],
        [400, refused],
        [200, { status: 'busy' }],
      ],
      ['canceled', 'completed', ''],
    ],
    ['a call that Twilio no longer has', [[404, { code: 20404 }]], ['canceled']],
  ])('%s', async (_case, answers, statuses) => {
    using there = await answering(...answers)
    await there.provider.end(reference)
    expect(there.asked().map(({ form }) => form[0]?.[1] ?? '')).toEqual(statuses)
  })

  test.each<[string, [number, unknown][]]>([
    [
      'it responded with 400',
      [
        [400, refused],
        [400, refused],
        [200, inProgress],
      ],
    ],
    ['it responded with 401', [[401, { code: 20003 }]]],
    ['it responded with 500', [[500, null]]],
  ])('throws when the call goes on: %s', async (message, answers) => {
    using there = await answering(...answers)
    await expect(there.provider.end(reference)).rejects.toThrow(message)
  })

  test('throws when Twilio has no id for it yet, or cannot be reached', async () => {
    using there = await answering([200, inProgress])
    await expect(there.provider.end({ ...reference, providerCallId: null })).rejects.toThrow(
      'an ID for the call yet',
    )
    await expect(connected('http://127.0.0.1:1').end(reference)).rejects.toThrow('could not be reached')
    expect(there.asked()).toEqual([])
  })

  test('a ringing call is canceled', async () => {
    await using fake = await startFakeTwilio()
    const { gate, place, report, slots } = connect(fake)
    const call = await place()
    await report(call.id, 'ringing')
    await gate.authorized(`/api/v1/calls/${call.id}/end`, { method: 'POST' })
    expect(fake.wasEnded(call.id)).toBe(true)
    expect(call.now().status).toBe('canceled')
    expect(slots()).toBe(0)
  })
})

describe('credentials', () => {
  test.each(['account_sid', 'auth_token'])('there is no provider without %s', (name) => {
    expect(() => connected(null, { [name]: '' })).toThrow(`${name} is missing.`)
  })

  test('an API key sends what the auth token would, which then only believes reports', async () => {
    await using fake = await startFakeTwilio()
    const open = (credentials: Record<string, string>) =>
      twilio.connect(
        { id: 'account', baseUrl: fake.baseUrl, hookUrl, credentials },
        { clock, timeoutMs: 300, send },
      )
    const provider = open({ ...fake.credentials, auth_token: 'of-another-region', ...apiKey })
    expect(await provider.check()).toBeUndefined()
    expect(await provider.place(order())).toMatchObject({ outcome: 'placed' })
    expect(fake.complaints).toEqual([])
    const stranger = open({ ...fake.credentials, ...apiKey, api_key_secret: 'another' })
    expect(await stranger.check()).toBe('Twilio rejected these credentials (it responded with 401).')
  })

  test('wrong ones are told by the check', async () => {
    await using fake = await startFakeTwilio()
    const account = { id: 'account', baseUrl: fake.baseUrl, hookUrl }
    const credentials = { ...fake.credentials, auth_token: 'another' }
    const provider = twilio.connect({ ...account, credentials }, { clock, timeoutMs: 300, send })
    expect(await provider.check()).toBe('Twilio rejected these credentials (it responded with 401).')
  })
})

describe('a report', () => {
  const url = 'https://api.example.com/webhooks/twilio/status?call=abc'
  const form = { CallSid: 'CA0123', CallStatus: 'completed', To: '+15551234567' }
  const right = 'UJvaPMh6mUU/LXmKUJv7yw237y8='
  const provider = connected(null)

  const read = (given: { url?: string; body?: string; signature?: string | null } = {}, from = provider) => {
    const { signature = right, body = String(new URLSearchParams(form)) } = given
    const headers = new Headers(signature === null ? {} : { 'X-Twilio-Signature': signature })
    return from.verifyEvents({ url: given.url ?? url, headers, body: Buffer.from(body) }, now)
  }
  /** By the letter of the facts, apart from the provider's code. */
  const sign = (signed: string) => createHmac('sha1', 'authtoken123').update(signed).digest('base64')
  const readSigned = (fields: Record<string, string>) => {
    const signed = Object.entries(fields)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flat()
      .join('')
    return read({ body: String(new URLSearchParams(fields)), signature: sign(url + signed) })
  }

  test('the known signature is right, and names our call and Twilio’s', () => {
    const details = {}
    const event = { type: 'ended' as const, at: now, status: 'completed' as const, details }
    expect(read()).toEqual({
      kind: 'events',
      events: [{ callId: 'abc', providerCallId: 'CA0123', event }],
    })
  })

  test('the order of the fields does not matter', () => {
    expect(read({ body: 'To=%2B15551234567&CallStatus=completed&CallSid=CA0123' }).kind).toBe('events')
  })

  test.each<[string, Parameters<typeof read>[0]]>([
    ['no signature', { signature: null }],
    ['an empty one', { signature: '' }],
    ['another first character', { signature: `V${right.slice(1)}` }],
    ['another last character', { signature: `${right.slice(0, -2)}9=` }],
    ['no padding', { signature: right.slice(0, -1) }],
    ['more behind it', { signature: `${right}, ${right}` }],
    ['another scheme', { url: url.replace('https', 'http') }],
    ['another host', { url: url.replace('api.', 'apj.') }],
    ['another path', { url: url.replace('status', 'state') }],
    ['another call', { url: url.replace('abc', 'abd') }],
    ['no query', { url: url.replace('?call=abc', '') }],
    ['a longer query', { url: `${url}&x=1` }],
    ['another port', { url: url.replace('.com', '.com:444').replace('https', 'http') }],
    ['another value', { body: 'CallSid=CA0123&CallStatus=busy&To=%2B15551234567' }],
    ['another name', { body: 'CallSid=CA0123&CallState=completed&To=%2B15551234567' }],
    ['a field more', { body: 'CallSid=CA0123&CallStatus=completed&To=%2B15551234567&X=1' }],
    ['a value more', { body: 'CallSid=CA0123&CallStatus=busy&CallStatus=completed&To=%2B15551234567' }],
    ['a field less', { body: 'CallSid=CA0123&CallStatus=completed' }],
    ['a plus that is a space', { body: 'CallSid=CA0123&CallStatus=completed&To=+15551234567' }],
    ['no body', { body: '' }],
    ['garbage', { body: '\u0000\uFFFD{"a":1}' }],
  ])('with %s it is forged', (_case, given) => {
    expect(read(given)).toEqual({ kind: 'invalid_signature' })
  })

  test('signed with another token it is forged', () => {
    expect(read({}, connected(null, { auth_token: 'authtoken124' }))).toEqual({ kind: 'invalid_signature' })
  })

  test.each([
    ['https://api.example.com/h?call=abc', 'https://api.example.com:443/h?call=abc'],
    ['http://api.example.com/h?call=abc', 'http://api.example.com:80/h?call=abc'],
    ['https://api.example.com:8443/h?call=abc', 'https://api.example.com/h?call=abc'],
    ['https://api.example.com:8443/h?call=abc', 'https://api.example.com:8443/h?call=abc'],
    ['http://[::1]:3000/h?call=a:b', 'http://[::1]/h?call=a:b'],
  ])('at %s one signed for %s is right', (ours, signed) => {
    const signature = sign(`${signed}CallSidCA1CallStatusringing`)
    expect(read({ url: ours, body: 'CallSid=CA1&CallStatus=ringing', signature }).kind).toBe('events')
  })

  test('repeated fields are signed once for each value, sorted', () => {
    const signature = sign(`${url}CallSidCA1CallStatusringingNa1Na2`)
    const body = 'N=a2&CallSid=CA1&N=a1&N=a2&CallStatus=ringing'
    expect(read({ url, body, signature }).kind).toBe('events')
  })

  test('however old it is, it stays believed: the signature covers no time', () => {
    const Timestamp = 'Thu, 01 Jan 2015 00:00:00 +0000'
    expect(readSigned({ CallSid: 'CA1', CallStatus: 'ringing', Timestamp })).toMatchObject({
      events: [{ event: { type: 'ringing', at: Date.parse(Timestamp) } }],
    })
  })

  const details = {}
  test.each<[Record<string, string>, object[]]>([
    [{ CallStatus: 'initiated' }, []],
    [{ CallStatus: 'queued' }, []],
    [{ CallStatus: 'something new' }, []],
    [{}, []],
    [{ CallStatus: 'ringing' }, [{ type: 'ringing', at: now }]],
    [{ CallStatus: 'in-progress', Timestamp: 'not a time' }, [{ type: 'answered', at: now }]],
    [{ CallStatus: 'in-progress', Timestamp: '3600.5' }, [{ type: 'answered', at: now }]],
    [
      { CallStatus: 'in-progress', Timestamp: 'Thu, 99 Jan 2015 00:00:00 +0000' },
      [{ type: 'answered', at: now }],
    ],
    [
      { CallStatus: 'completed', CallDuration: '42', Duration: '1', SipResponseCode: '200' },
      [
        { type: 'answered', at: now - 42_000 },
        {
          type: 'ended',
          at: now,
          answeredAt: now - 42_000,
          status: 'completed',
          durationSeconds: 42,
          details,
        },
      ],
    ],
    [
      { CallStatus: 'completed', CallDuration: '-1', RecordingUrl: 'https://api.twilio.com/r' },
      [
        {
          type: 'ended',
          at: now,
          status: 'completed',
          details: { ...details, recordingRef: 'kept' },
        },
      ],
    ],
    [
      { CallStatus: 'busy', SipResponseCode: '486', RecordingUrl: 'nowhere' },
      [{ type: 'ended', at: now, status: 'busy', reason: 'Twilio reported SIP response 486.', details }],
    ],
    [
      { CallStatus: 'failed', SipResponseCode: '+15551234567' },
      [{ type: 'ended', at: now, status: 'failed', details }],
    ],
    [{ CallStatus: 'no-answer' }, [{ type: 'ended', at: now, status: 'no_answer', details }]],
    [{ CallStatus: 'canceled' }, [{ type: 'ended', at: now, status: 'canceled', details }]],
  ])('%j', (fields, events) => {
    expect(readSigned({ CallSid: 'CA1', ...fields })).toEqual({
      kind: 'events',
      events: events.map((event) => ({
        callId: 'abc',
        providerCallId: 'CA1',
        event: event as CallEvent,
      })),
    })
  })

  test('an application’s own callback, without our id, finds its call by Twilio’s', async () => {
    await using fake = await startFakeTwilio()
    const { gate, account, place, slots } = connect(fake)
    const call = await place()
    const body = `CallSid=${call.now().providerCallId}&CallStatus=completed`
    const address = `https://gate.test/hooks/twilio/${account.id}`
    const signed = `${address}CallSid${call.now().providerCallId}CallStatuscompleted`
    const signature = createHmac('sha1', fake.credentials['auth_token'] ?? '').update(signed)
    const { status } = await gate.request(`/hooks/twilio/${account.id}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': signature.digest('base64'),
      },
      body,
    })
    expect(status).toBe(200)
    expect(call.now().status).toBe('completed')
    expect(slots()).toBe(0)
  })

  test('signed for another account’s hook, it cannot speak for this one’s call', async () => {
    await using fake = await startFakeTwilio()
    const { gate, place } = connect(fake)
    const call = await place()
    const other = atOnce(gate.services.agencies.create('Other', 'agency', now))
    const { id } = atOnce(
      gate.services.accounts.save(
        { agencyId: other.id, provider: 'twilio', baseUrl: fake.baseUrl, credentials: fake.credentials },
        now,
      ),
    )
    const path = `/hooks/twilio/${id}?call=${call.id}`
    const signed = `https://gate.test${path}CallSidCA99CallStatuscompleted`
    const signature = createHmac('sha1', fake.credentials['auth_token'] ?? '').update(signed)
    const { status } = await gate.request(path, {
      method: 'POST',
      headers: { 'x-twilio-signature': signature.digest('base64') },
      body: 'CallSid=CA99&CallStatus=completed',
    })
    expect(status).toBe(200)
    expect(call.now().status).toBe('initiated')
  })
})
