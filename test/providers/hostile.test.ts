import { describe, expect, test } from 'bun:test'
import { Webhook } from 'standardwebhooks'
import { advance, newCall } from '../../src/calls/call.ts'
import { placementFrom } from '../../src/providers/answers.ts'
import { isCapacity } from '../../src/providers/bland-call.ts'
import { tidy } from '../../src/providers/wire.ts'
import { answer, createGate } from '../support/gate.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { now, orderOf } from '../support/fakes/order.ts'
import { connect, until } from '../support/scenarios.ts'

const hostileTexts = ['(', '+', '1 ', 'a', '://', 'daily ', '\n', '9-'].map((piece) =>
  piece.repeat(1_000_000),
)

/** Patterns that go back and forth over such texts would take hours: this test then never ends in its time. */
test('no text of a provider holds the event loop up, however long and whatever is in it', () => {
  for (const text of hostileTexts) {
    expect(tidy(text).length).toBeLessThanOrEqual(500)
    isCapacity(text)
    const rules = {
      idIn: () => undefined,
      complaintIn: () => text,
      isCapacity: (_: number, said: string) => isCapacity(said),
    }
    const result = { kind: 'answered', status: 400, json: {} } as const
    expect(placementFrom('Any', result, rules).outcome).toBe('refused')
  }
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

test('a dialler that is slower than our patience keeps its slot, though it does not know the call yet', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, slots } = connect(fake)
  gate.services.reconciler.start()
  fake.behave('never answer')
  const call = await place()
  await gate.clock.advance(60_000)
  await until(() => call.now().heardAt > call.now().createdAt)
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
  const account = services.accounts.save(
    { agencyId: agency.id, provider: 'http', baseUrl: silent.url.origin, credentials: lively.credentials },
    1,
  )
  const dead = services.dialling.account('http', account.id)
  const orders = Array.from({ length: 400 }, () => dead?.place(orderOf({ id: crypto.randomUUID() })))
  const call = await connect(lively).place()
  await silent.stop(true)
  await Promise.all(orders)
  expect(call.now()).toMatchObject({ dispatch: 'placed' })
}, 20_000)
