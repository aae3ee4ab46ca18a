import { expect, test } from 'bun:test'
import { Metrics } from '../../src/telemetry/metrics.ts'
import { Histogram } from '../../src/telemetry/metrics/histogram.ts'
import { renderMetrics } from '../../src/telemetry/metrics/metric.ts'
import { Requests } from '../../src/telemetry/metrics/requests.ts'
import { FixedClock } from '../support/clock.ts'
import { readMetrics } from '../support/metrics.ts'

const told = (metrics: Metrics, name: string) => [
  ...(readMetrics(renderMetrics(metrics.metrics())).get(`callgate_${name}`)?.samples ?? []),
]

test('a histogram counts what is at most as large as each bound, and all of it', () => {
  const histogram = new Histogram([1, 5])
  for (const value of [0, 1, 1.5, 5, 6]) histogram.observe(value)
  expect(histogram.samples().map(({ suffix, labels, value }) => [suffix, labels?.le, value])).toEqual([
    ['_bucket', '1', 2],
    ['_bucket', '5', 4],
    ['_bucket', '+Inf', 5],
    ['_sum', undefined, 13.5],
    ['_count', undefined, 5],
  ])
})

test('a label that would break its line is escaped', () => {
  const labels = { code: 'a"b\\c\nd' }
  const text = renderMetrics([{ name: 'x', type: 'gauge', help: 'y', samples: [{ labels, value: 1 }] }])
  expect(text).toBe('# HELP x y\n# TYPE x gauge\nx{code="a\\"b\\\\c\\nd"} 1\n')
})

test('outcomes that alternate are told apart', () => {
  const requests = new Requests()
  for (const code of ['', 'rate_limited', '', 'not_found', 'rate_limited'])
    requests.record('GET', '/x', code === '' ? 200 : 429, code, 1)
  expect(requests.metrics()[0]?.samples.map(({ labels, value }) => [labels?.code, value])).toEqual([
    ['', 2],
    ['rate_limited', 2],
    ['not_found', 1],
  ])
})

test('a commit is timed with how many shared it, and one that fails is counted and fails all the same', async () => {
  const clock = new FixedClock()
  const metrics = new Metrics(clock)
  metrics.commit(3, () => {})
  const failing = () => {
    throw new Error('disk full')
  }
  expect(() => metrics.commit(1, failing)).toThrow('disk full')
  expect(told(metrics, 'commit_failures_total')).toEqual([['{}', 1]])
  expect(told(metrics, 'commit_operations')).toContainEqual(['_sum{}', 4])
  expect(told(metrics, 'commit_duration_seconds')).toContainEqual(['_count{}', 2])
})

test('a provider is timed by what it was asked, and what it did not do is an error', async () => {
  const clock = new FixedClock()
  const metrics = new Metrics(clock)
  const slowly = async () => {
    await clock.advance(2000)
    return { outcome: 'placed' }
  }
  await metrics.provider('vapi', 'place', slowly, ({ outcome }) => outcome)
  const refusing = () => Promise.reject(new Error('no'))
  await expect(metrics.provider('vapi', 'end', refusing, () => 'ended')).rejects.toThrow('no')
  await clock.advance(0)
  expect(told(metrics, 'provider_requests_total')).toEqual([
    ['{provider="vapi",request="place",outcome="placed"}', 1],
    ['{provider="vapi",request="end",outcome="error"}', 1],
  ])
  expect(told(metrics, 'provider_request_duration_seconds')).toContainEqual([
    '_sum{provider="vapi",request="place"}',
    2,
  ])
})

test('an attempt that was the last is a dead letter', () => {
  const metrics = new Metrics(new FixedClock())
  metrics.attempt('failed', 100, false)
  metrics.attempt('failed', 100, true)
  expect(told(metrics, 'webhook_attempts_total')).toEqual([['{result="failed"}', 2]])
  expect(told(metrics, 'webhook_dead_letters_total')).toEqual([['{}', 1]])
})
