import { describe, expect, expectTypeOf, test } from 'bun:test'
import type { z } from 'zod'
import {
  type Agent,
  type Call,
  CallgateError,
  type KeyStatus,
  type Policy,
  type Order,
  type Triggered,
  type WebhookEvent,
} from '../../src/client/index.ts'
import type { WebhookPayload } from '../../src/webhooks/event.ts'
import type { callRecord } from '../../src/calls/record.ts'
import type { agent, keyStatus, policyAnswer, triggered } from '../../src/http/v1/schemas.ts'
import type { triggerBody } from '../../src/http/v1/trigger.ts'
import { createLine, errorOf } from '../support/client.ts'
import { serving } from '../support/fakes/serving.ts'
import { withRecordingAt } from '../support/orders.ts'
import { retryAfterCases } from '../support/retry-after.ts'
import { callCount } from '../support/rows.ts'
import { atOnce } from '../../src/work.ts'

const phone_number = '+15551234507'
const refused = (error: unknown) => {
  expect(error).toBeInstanceOf(CallgateError)
  const { status, code, retryAfterSeconds, requestId, message } = error as CallgateError
  return { status, code, retryAfterSeconds, requestId, message }
}
const json = (body: object, status: number, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers })

test('its types are those of the API', () => {
  expectTypeOf<Call>().toEqualTypeOf<z.infer<typeof callRecord>>()
  expectTypeOf<WebhookEvent>().toEqualTypeOf<WebhookPayload>()
  expectTypeOf<Agent>().toEqualTypeOf<z.infer<typeof agent>>()
  expectTypeOf<Policy>().toEqualTypeOf<z.infer<typeof policyAnswer>['data']>()
  expectTypeOf<KeyStatus>().toEqualTypeOf<z.infer<typeof keyStatus>['data']>()
  expectTypeOf<Omit<Triggered, 'replayed'>>().toEqualTypeOf<Omit<z.infer<typeof triggered>, 'success'>>()
  expectTypeOf<Omit<Order, 'phone_number'>>().toEqualTypeOf<
    Omit<z.input<typeof triggerBody>, 'phone_number'>
  >()
})

test('is what the package exports, and knows nothing of Bun or of a process', async () => {
  const name = 'callgate/client'
  expect(((await import(name)) as { CallgateError: unknown }).CallgateError).toBe(CallgateError)
  const { outputs } = await Bun.build({
    entrypoints: [Bun.resolveSync(name, import.meta.dir)],
    target: 'browser',
  })
  expect(await outputs[0]?.text()).not.toMatch(/\b(?:Bun|process|require|Buffer)\b|node:/)
})

test('does everything that the API does', async () => {
  const { gate, client } = createLine()
  const order = { phone_number, name: 'Jane', metadata: { order: 7 } }
  const { call_id, status, replayed } = await client.trigger(order)
  expect({ status, replayed }).toEqual({ status: 'initiated', replayed: false })
  await gate.clock.advance(2000)
  expect(await client.call(call_id)).toMatchObject({ ...order, call_id, status: 'in_progress' })
  expect(await client.endCall(call_id)).toMatchObject({ call_id, reason_code: 'ended_on_request' })
  expect(await client.agents()).toMatchObject([{ agent_id: gate.agent.id, name: 'Ann', is_default: true }])
  expect(await client.policy()).toMatchObject({ countries: ['*'], budgets: [] })
  expect(await client.key()).toMatchObject({ agency: { name: 'Acme' }, environment: 'production' })
})

test('gives a recording as it comes, or why there is none', async () => {
  using storage = await serving(new Response('hello', { headers: { 'content-type': 'audio/x-wav' } }))
  const { gate, client } = createLine()
  const { contentType, body } = await client.recording(withRecordingAt(gate, storage.url).id)
  expect([contentType, await new Response(body).text()]).toEqual(['audio/wav', 'hello'])
  const { call_id } = await client.trigger({ phone_number })
  const error = await errorOf(client.recording(call_id))
  expect(error).toMatchObject({ status: 404, code: 'recording_not_found' })
})

test('lists all calls, page by page, newest first, and asks for no page that nobody reads', async () => {
  const { client, statuses } = createLine({ concurrentCalls: 100 })
  const made: string[] = []
  for (let n = 0; n < 7; n++) made.push((await client.trigger({ phone_number })).call_id)
  statuses.length = 0
  const seen: string[] = []
  for await (const { call_id } of client.calls({ pageSize: 3 })) seen.push(call_id)
  expect([seen.toSorted(), statuses.length]).toEqual([made.toSorted(), 3])
  for await (const _ of client.calls({ pageSize: 3, status: 'initiated' })) break
  expect(statuses.length).toBe(4)
})

test('filters calls by all that the server filters by', async () => {
  const { client } = createLine()
  const { call_id } = await client.trigger({ phone_number })
  await client.trigger({ phone_number: '+15559876507' })
  const [call] = await Array.fromAsync(client.calls({ phoneNumber: phone_number }))
  expect(call?.call_id).toBe(call_id)
  const { agent_id: agentId = '', created_at: from = '' } = call ?? {}
  const all = { phoneNumber: phone_number, agentId, from, to: new Date(Date.parse(from) + 1) }
  const found = async (filters: Parameters<typeof client.calls>[0]) =>
    (await Array.fromAsync(client.calls(filters))).length
  expect(await found({ ...all, status: 'initiated' })).toBe(1)
  expect(await found({ ...all, to: from })).toBe(0)
  expect(await found({ agentId, status: undefined })).toBe(2)
  const error = await errorOf(found({ agentId: 'x' }))
  expect(error).toMatchObject({ code: 'invalid_query', param: 'agent_id' })
  expect((error as CallgateError).docUrl).toEndWith('/docs/errors#invalid_query')
})

describe('a refusal', () => {
  test('for good is tried once, and thrown with all that the answer said', async () => {
    const { client, statuses, waits } = createLine()
    const error = refused(await errorOf(client.trigger({ phone_number: '5' })))
    expect(error).toEqual({
      status: 400,
      code: 'invalid_phone_number',
      message: 'Invalid phone number format',
      retryAfterSeconds: undefined,
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    })
    expect([statuses, waits]).toEqual([[400], []])
  })

  test.each([
    [400, 'no_agent'],
    [401, 'invalid_key'],
    [403, 'access_disabled'],
    [422, 'idempotency_mismatch'],
    [429, 'too_many_invalid_keys'],
    [500, 'internal'],
    [502, 'provider_unavailable'],
  ])('%d %s is never tried again', async (status, code) => {
    let asked = 0
    const { client } = createLine({}, () => async () => {
      asked++
      return json({ success: false, error: 'No.', code }, status, { 'retry-after': '1' })
    })
    expect(refused(await errorOf(client.trigger({ phone_number })))).toMatchObject({ status, code })
    expect(asked).toBe(1)
  })

  test('by the window is waited out for exactly Retry-After seconds, and jitter only adds', async () => {
    for (const [random, waited] of [
      [0, 60_000],
      [0.999, 74_985],
    ] as const) {
      const { client, statuses, waits } = createLine({ requestsPerMinute: 1 }, undefined, {
        random: () => random,
      })
      await client.key()
      await client.key()
      expect([statuses, waits]).toEqual([[200, 429, 200], [waited]])
    }
  })

  test('by a proxy, in whatever way that says when, never makes it ask again at once or too soon', async () => {
    for (const { written, seconds } of retryAfterCases) {
      let header: string | undefined
      const { gate, client, waits } = createLine({}, (pass) => async (url, init) => {
        if (header !== undefined) return pass(url, init)
        header = written(gate.clock.now())
        return json({}, 429, { 'retry-after': header })
      })
      await client.triggerAll([{ phone_number }])
      expect({ header, waits }).toEqual({ header, waits: [Math.min((seconds || 1) * 1000, 2 ** 31 - 1)] })
    }
  })

  test('that asks for a longer wait than is allowed is thrown at once, and says how long', async () => {
    const { client, waits } = createLine({ concurrentCalls: 1, requestsPerMinute: 50 }, undefined, {
      longestWaitMs: 10_000,
    })
    await client.trigger({ phone_number })
    const error = refused(await errorOf(client.trigger({ phone_number })))
    expect(error).toMatchObject({ code: 'concurrency_limited', retryAfterSeconds: 60 })
    expect(waits).toEqual([])
  })
})

describe('when nothing comes back', () => {
  test('it waits ever longer, half a minute at most, and gives up in the end', async () => {
    const cause = new TypeError('connection refused')
    const { client, waits } = createLine({}, () => () => Promise.reject(cause))
    const error = await errorOf(client.trigger({ phone_number }))
    expect(refused(error)).toMatchObject({ status: 0, code: 'unreachable' })
    expect((error as CallgateError).cause).toBe(cause)
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  })

  test('never makes two calls for one order, whatever is lost on the way', async () => {
    const losses = ['request', 'answer', 'body', 'gateway'] as const
    for (const [first, second] of losses.flatMap((a) => losses.map((b) => [a, b] as const))) {
      const plan = [first, second]
      const { gate, client } = createLine({}, (pass) => async (url, init) => {
        const lost = plan.shift()
        if (lost === 'request') throw new TypeError('reset')
        const response = await pass(url, init)
        if (lost === 'answer') throw new TypeError('reset')
        if (lost === 'body') return new Response('{"success":tr', { status: 200 })
        return lost === 'gateway' ? new Response('<h1>Bad gateway</h1>', { status: 502 }) : response
      })
      const { call_id } = await client.trigger({ phone_number })
      expect([callCount(gate), atOnce(gate.services.calls.find(call_id))?.id]).toEqual([1, call_id])
    }
  })

  test('a caller’s own Idempotency-Key holds beyond the client’s tries', async () => {
    let lost = true
    const { gate, client } = createLine(
      {},
      (pass) => async (url, init) => {
        const response = await pass(url, init)
        if (lost) throw new TypeError('reset')
        return response
      },
      { tries: 2 },
    )
    const how = { idempotencyKey: 'order-7' }
    expect(refused(await errorOf(client.trigger({ phone_number }, how))).code).toBe('unreachable')
    lost = false
    expect((await client.trigger({ phone_number }, how)).replayed).toBe(true)
    expect(callCount(gate)).toBe(1)
  })

  test('a full disk is waited for like a limit', async () => {
    const { gate, client, waits } = createLine({}, (pass) => async (url, init) => {
      if (waits.length > 0) gate.database.sqlite.run('PRAGMA query_only = OFF')
      return pass(url, init)
    })
    gate.database.sqlite.run('PRAGMA query_only = ON')
    expect((await client.trigger({ phone_number })).status).toBe('initiated')
    expect([waits, callCount(gate)]).toEqual([[1000], 1])
  })
})

describe('an aborted signal', () => {
  test('ends a wait, and nothing more is sent', async () => {
    const controller = new AbortController()
    const { client, statuses } = createLine({ requestsPerMinute: 1 }, undefined, {
      sleep: async (_ms, signal) => {
        controller.abort(new Error('enough'))
        signal?.throwIfAborted()
      },
    })
    await client.key()
    const error = await errorOf(client.trigger({ phone_number }, { signal: controller.signal }))
    expect(error).toEqual(new Error('enough'))
    expect(statuses).toEqual([200, 429])
  })

  test('ends a request under way, and one that has not begun', async () => {
    const controller = new AbortController()
    const { client, waits } = createLine({}, () => (_url, init) => {
      const { promise, reject } = Promise.withResolvers<Response>()
      init.signal?.addEventListener('abort', () => reject(init.signal?.reason as Error))
      controller.abort(new Error('enough'))
      return promise
    })
    const { signal } = controller
    expect(await errorOf(client.call('x', { signal }))).toEqual(new Error('enough'))
    expect(await errorOf(client.agents({ signal }))).toEqual(new Error('enough'))
    expect(waits).toEqual([])
  })

  test('ends the usual sleep at once', async () => {
    const { sleep } = await import('../../src/client/sleep.ts')
    const controller = new AbortController()
    const slept = errorOf(sleep(3_600_000, controller.signal))
    controller.abort(new Error('enough'))
    expect(await slept).toEqual(new Error('enough'))
    expect(await errorOf(sleep(3_600_000, controller.signal))).toEqual(new Error('enough'))
    await sleep(0)
  })
})
