import { describe, expect, test } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { advance } from '../../src/calls/advance.ts'
import { newCall } from '../../src/calls/call.ts'
import { placementFrom, type PlacementRules } from '../../src/providers/answers.ts'
import { blandCallIn, eventsOf as blandEvents, isCapacity } from '../../src/providers/bland-call.ts'
import { conversation, eventsOf as conversationEvents } from '../../src/providers/elevenlabs-conversation.ts'
import { providerKinds } from '../../src/providers/kinds.ts'
import { member, text } from '../../src/providers/parse.ts'
import type { Placement } from '../../src/calls/provider.ts'
import { inSentence } from '../../src/providers/title.ts'
import { tidy } from '../../src/providers/wire.ts'
import { answer, createGate } from '../support/gate.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { now, orderOf } from '../support/fakes/order.ts'
import { json, serving } from '../support/fakes/serving.ts'
import { send } from '../support/send.ts'
import { connect, until } from '../support/scenarios.ts'
import { listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

const hostileTexts = ['(', '+', '1 ', 'a', '://', 'daily ', '\n', '9-'].map((piece) =>
  piece.repeat(1_000_000),
)

/** Patterns that go back and forth over such texts would take hours: this test then never ends in its time. */
test('no text of a provider holds the event loop up, however long and whatever is in it', () => {
  for (const hostile of hostileTexts) {
    expect(tidy(hostile).length).toBeLessThanOrEqual(500)
    isCapacity(hostile)
    const rules = {
      idIn: () => undefined,
      complaintIn: () => hostile,
      isCapacity: (_: number, said: string) => isCapacity(said),
    }
    const result = { kind: 'answered', status: 400, json: {} } as const
    expect(placementFrom('Any', result, rules).outcome).toBe('refused')
  }
})

describe('the answer to an order, whoever gives it', () => {
  const rules: PlacementRules = {
    idIn: (said) => text(member(said, 'id')),
    complaintIn: (said) => text(member(said, 'error')),
    isCapacity: (status) => status === 429,
    denialIn: (said) => member(said, 'denied') as 'over' | 'not placed' | undefined,
  }
  const outcomeOf = (status: number, said: unknown) =>
    placementFrom('Any', { kind: 'answered', status, json: said }, rules).outcome

  test.each<[number, unknown, Placement['outcome']]>([
    [201, { id: 'theirs' }, 'placed'],
    [200, { id: 'theirs', error: 'The webhook could not be reached.' }, 'placed'],
    [200, { id: 'theirs', denied: 'not placed' }, 'unknown'],
    [200, { id: 'theirs', error: 'No.', denied: 'not placed' }, 'unknown'],
    [201, { id: 'theirs', denied: 'over' }, 'refused'],
    [200, { error: 'No.', denied: 'not placed' }, 'refused'],
    [200, { error: 'No.' }, 'refused'],
    [200, {}, 'unknown'],
    [204, undefined, 'unknown'],
    ...[300, 301, 302, 303, 304, 307, 308].map((status): [number, unknown, 'unknown'] => [
      status,
      { error: 'Moved.' },
      'unknown',
    ]),
    ...[400, 401, 402, 403, 404, 405, 409, 410, 413, 422, 425, 429, 451].map(
      (status): [number, unknown, 'refused'] => [status, { id: 'theirs' }, 'refused'],
    ),
    ...[408, 500, 502, 503, 504, 599].map((status): [number, unknown, 'unknown'] => [
      status,
      { error: 'No.' },
      'unknown',
    ]),
  ])('%i %j is %s', (status, said, outcome) => {
    expect(outcomeOf(status, said)).toBe(outcome)
  })

  test('an id that came with a denial is kept, to be asked about', () => {
    const said = { id: 'theirs', denied: 'not placed' }
    const result = { kind: 'answered', status: 200, json: said } as const
    expect(placementFrom('Any', result, rules)).toMatchObject({ providerCallId: 'theirs' })
  })
})

describe('credentials do not check out by an answer that is not the provider’s', () => {
  const credentials = {
    account_sid: `AC${'0'.repeat(32)}`,
    api_key: 'key_1234567890',
    auth_token: 'token',
    hook_secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  }
  test.each(providerKinds.map((kind) => [kind.title, kind] as const))('%s', async (title, kind) => {
    const portal = new Response('<!doctype html><title>Sign in to the Wi-Fi</title>', {
      headers: { 'content-type': 'text/html' },
    })
    for (const said of [portal, new Response(null), json({}), json({ ok: false }), json('ok'), json(null)]) {
      using server = await serving(said)
      const account = { id: 'account', baseUrl: server.url, credentials, hookUrl: 'https://gate.test/hook' }
      const problem = await kind.connect(account, { clock: { now: () => now }, timeoutMs: 300, send }).check()
      expect(problem).toBe(
        `It responded with 200, but not like ${inSentence(title)}. Is the base URL correct?`,
      )
    }
  })
})

describe('a provider that talks nonsense', () => {
  const call = newCall(orderOf())
  const day = 24 * 60 * 60_000

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1e20, 1.7e18, 0.5])(
    'time %p is brought to the call’s own days',
    (at) => {
      for (const type of ['ringing', 'answered'] as const) {
        const { ringingAt, answeredAt } = advance(call, { type, at })
        const time = ringingAt ?? answeredAt ?? Number.NaN
        expect(Number.isInteger(time)).toBe(true)
        expect(time).toBeGreaterThanOrEqual(now - day)
        expect(time).toBeLessThanOrEqual(call.expiresAt + day)
      }
    },
  )

  test.each([Number.NaN, -1, 1e20])('%p is neither a duration nor a cost', (amount) => {
    const ended = {
      type: 'ended',
      at: now,
      status: 'completed',
      durationSeconds: amount,
      details: { costCents: amount },
    } as const
    expect(advance(call, ended)).toMatchObject({ durationSeconds: null, costCents: null })
  })

  test.each([604_801, 1e300, '9'.repeat(400)])(
    'after a duration of %p, a call ended when it was reported',
    (seconds) => {
      const started = now / 1000 - 60
      const metadata = { start_time_unix_secs: started, call_duration_secs: seconds }
      const ends = [
        conversationEvents(conversation.parse({ status: 'done', metadata }), now)?.at(-1),
        ...['corrected_duration', 'call_length'].map((field) => {
          const said = {
            completed: true,
            started_at: new Date(started * 1000).toISOString(),
            [field]: seconds,
          }
          return blandEvents(blandCallIn(said), now).at(-1)
        }),
      ]
      for (const end of ends) expect(end).toMatchObject({ type: 'ended', at: now })
      for (const end of ends) expect(end).not.toHaveProperty('durationSeconds')
    },
  )

  test('a transcript is kept up to a quarter of a megabyte', () => {
    const transcript = Array.from({ length: 100 }, () => ({
      role: 'agent' as const,
      content: 'x'.repeat(10_000),
    }))
    const over = advance(call, { type: 'ended', at: now, status: 'completed', details: { transcript } })
    expect(over.transcript).toHaveLength(26)
  })
})

test('a report about the year 9999 spoils neither its call nor the list', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, deliver, slots } = connect(fake)
  const call = await place()
  const body = JSON.stringify({ call_id: call.id, status: 'completed', at: '9999-12-31T23:59:59-12:00' })
  const sentAt = new Date(gate.clock.now())
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(fake.credentials.hook_secret ?? '').sign('msg_1', sentAt, body),
  }
  expect((await deliver({ headers, body, search: '' })).status).toBe(200)
  expect(slots()).toBe(0)
  for (const path of [`/api/v1/calls/${call.id}`, '/api/v1/calls'])
    expect((await gate.authorized(path)).status).toBe(200)
})

test('half a pair of surrogates in what was said comes alike from the API and to a webhook', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, deliver } = connect(fake)
  listen(gate, 'https://example.com/hook')
  const call = await place()
  const said = {
    summary: 'Half \ud800.',
    transcript: [{ role: 'agent', content: '\udc00' }],
    reason: '\ud800',
  }
  const body = JSON.stringify({ call_id: call.id, status: 'completed', ...said })
  const sentAt = new Date(gate.clock.now())
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
    'webhook-signature': new Webhook(fake.credentials.hook_secret ?? '').sign('msg_1', sentAt, body),
  }
  expect((await deliver({ headers, body, search: '' })).status).toBe(200)
  const { data } = await answer(await gate.authorized(`/api/v1/calls/${call.id}`))
  const told = JSON.parse(atOnce(gate.services.deliveries.ofCall(call.id))[0]?.payload ?? '') as typeof said
  for (const { summary, transcript } of [data as typeof said, told])
    expect({ summary, transcript }).toEqual({
      summary: 'Half \ufffd.',
      transcript: [{ role: 'agent', content: '\ufffd' }],
    })
  expect(data?.reason).toBe('\ufffd')
})

test('a dialler that is slower than our patience keeps its slot, though it does not know the call yet', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, slots } = connect(fake)
  gate.services.reconciler.start()
  fake.behave('never answer')
  const call = await place()
  await gate.clock.advance(60_000)
  await until(() => call.now().lastContactAt > call.now().createdAt)
  expect(call.now()).toMatchObject({ dispatch: 'unknown', endedAt: null })
  expect(slots()).toBe(1)
  const refused = await gate.authorized(`/api/v1/calls/${call.id}/end`, { method: 'POST' })
  expect((await answer(refused)).code).toBe('provider_unavailable')
})

test('an account whose provider never answers holds up no other account', async () => {
  await using lively = await startFakeHttp()
  const silent = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Promise<Response>(() => {}) })
  // The silent one is waited for longer than the lively one's whole patience.
  const { agency, services } = createGate({ providerTimeoutMs: 10_000 })
  const account = atOnce(
    services.accounts.save(
      { agencyId: agency.id, provider: 'http', baseUrl: silent.url.origin, credentials: lively.credentials },
      1,
    ),
  )
  const dead = atOnce(services.dialling.account('http', account.id))
  const orders = Array.from({ length: 400 }, () => dead?.place(orderOf({ id: crypto.randomUUID() })))
  const call = await connect(lively).place()
  await silent.stop(true)
  await Promise.all(orders)
  expect(call.now()).toMatchObject({ dispatch: 'placed' })
}, 20_000)
