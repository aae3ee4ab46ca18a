import { describe, expect, test } from 'bun:test'
import { answer, createGate, type Gate } from '../support/gate.ts'

const ask = (gate: Gate, token = gate.key) => gate.authorized('/api/v1/key', {}, token)

describe('the RateLimit headers', () => {
  const announced = (response: Response) => [
    response.headers.get('ratelimit-policy'),
    response.headers.get('ratelimit'),
  ]
  const policy = '"permin";q=100;w=60, "inflight";q=10;qu="concurrent-requests"'

  test('say what is left of the window and of the slots', async () => {
    const gate = createGate()
    expect(announced(await ask(gate))).toEqual([policy, '"permin";r=99;t=60, "inflight";r=10'])
    await gate.clock.advance(48_000)
    expect(announced(await gate.trigger('07'))).toEqual([policy, '"permin";r=98;t=12, "inflight";r=9'])
    expect(announced(await ask(gate))).toEqual([policy, '"permin";r=97;t=12, "inflight";r=9'])
  })

  test('come with refusals after authentication', async () => {
    const gate = createGate({ requestsPerMinute: 3, concurrentCalls: 1, windowSeconds: 20 })
    const small = '"permin";q=3;w=20, "inflight";q=1;qu="concurrent-requests"'
    await gate.trigger('07')
    const answers = [
      await gate.trigger('07'),
      await gate.postJson('/api/v1/calls/trigger', '{'),
      await ask(gate),
    ]
    expect(answers.map(({ status }) => status)).toEqual([429, 400, 429])
    expect(answers.map(announced)).toEqual([
      [small, '"permin";r=1;t=20, "inflight";r=0'],
      [small, '"permin";r=0;t=20, "inflight";r=0'],
      [small, '"permin";r=0;t=20, "inflight";r=0'],
    ])
  })

  test('tell a caller without a right key nothing', async () => {
    const gate = createGate()
    expect(announced(await gate.request('/api/v1/key'))).toEqual([null, null])
    expect(announced(await ask(gate, 'wrong'))).toEqual([null, null])
  })

  test('agree with the body of GET /key', async () => {
    const gate = createGate()
    await gate.trigger('07')
    const { data } = await answer(await ask(gate))
    expect(data?.limits).toEqual({
      requests: { limit: 100, window_seconds: 60, remaining: 98, reset_seconds: 60 },
      concurrent_calls: { limit: 10, active: 1, remaining: 9 },
    })
  })
})
