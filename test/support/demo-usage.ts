import type { Stores } from '../../src/storage/stores.ts'
import { dayMs, hourMs, minuteMs } from './spans.ts'
import { atOnce } from '../../src/work.ts'

/** What becomes of the calls of an hour, for each of its requests. */
const calls = [
  ['call:triggered', 0.31],
  ['call:ended', 0.31],
  ['call:answered', 0.19],
  ['call:seconds', 14],
  ['call:accepted vapi', 0.3],
  ['call:refused vapi', 0.003],
] as const

/** A working day's rise and fall, an hour at a time, and the last hour by the minute. */
export const seedUsage = ({ usageRows, keys }: Stores, environmentIds: string[], now: number) => {
  const figures = environmentIds.flatMap((environmentId, at) => {
    const figure = (span: 'minute' | 'hour', lengthMs: number, back: number, scale: number) => {
      const startAt = Math.floor(now / lengthMs) * lengthMs - back * lengthMs
      const busy = Math.max(0, Math.sin(((startAt / hourMs) % 24) / 7.6 - 0.9)) * (at === 0 ? 1 : 0.25)
      const granted = Math.round(busy * scale) + (back % 5)
      const of = { environmentId, span, startAt }
      return [
        { ...of, outcome: 'granted', count: granted },
        { ...of, outcome: 'rate_limited', count: back % 11 === 0 ? Math.round(granted / 6) : 0 },
        { ...of, outcome: 'concurrency_limited', count: back % 29 === 5 ? Math.round(granted / 9) : 0 },
        { ...of, outcome: 'agent_not_found', count: back % 47 === 9 ? Math.round(granted / 4) : 0 },
        { ...of, outcome: 'invalid_phone_number', count: back % 37 === 7 ? Math.round(granted / 20) : 0 },
        { ...of, outcome: 'invalid_json', count: back % 53 === 11 ? 1 : 0 },
        { ...of, outcome: 'peak_calls', count: Math.min(10, Math.round(busy * 8)) },
        ...(span === 'hour'
          ? calls.map(([outcome, share]) => ({ ...of, outcome, count: Math.round(granted * share) }))
          : []),
      ].filter(({ count }) => count > 0)
    }
    return [
      ...Array.from({ length: 60 }, (_, back) => figure('minute', minuteMs, back, 70)).flat(),
      ...Array.from({ length: 29 * 24 }, (_, back) => figure('hour', hourMs, back, 1900)).flat(),
    ]
  })
  const hours = figures.filter(({ span, outcome }) => span === 'hour' && outcome === 'peak_calls')
  const peaks = [...Map.groupBy(hours, ({ startAt }) => startAt)].map(([startAt, of]) => ({
    startAt,
    outcome: 'peak_calls_of_all',
    count: of.reduce((sum, { count }) => sum + count, 0),
  }))
  const clients = environmentIds.flatMap((id, at) => {
    const key = atOnce(keys.live(id))
    const seen = { firstSeenAt: now - 9 * dayMs, lastSeenAt: now - 2 * minuteMs, afterRotation: 0 }
    return key
      ? [{ keyId: key.id, address: `198.51.100.${20 + at}`, client: 'crm-sync/3.2', requests: 1840, ...seen }]
      : []
  })
  // Somebody has not yet got the new key.
  for (const [at, id] of environmentIds.entries())
    for (const old of atOnce(keys.replaced(id, { since: 0, or: [] })))
      clients.push({
        keyId: old.id,
        address: `198.51.100.${40 + at}`,
        client: 'nightly-report',
        requests: 212,
        afterRotation: 17,
        firstSeenAt: now - 12 * dayMs,
        lastSeenAt: now - 25 * minuteMs,
      })
  const refusals = environmentIds.map((environmentId, at) => ({
    requestId: crypto.randomUUID(),
    environmentId,
    keyId: atOnce(keys.live(environmentId))?.id ?? '',
    at: now - (at + 3) * minuteMs,
    code: 'rate_limited',
    route: 'POST /calls/trigger',
    address: '198.51.100.20',
    requests: 100,
    requestLimit: 100,
    calls: 4,
    callLimit: 10,
  }))
  atOnce(
    usageRows.save({
      lastUses: clients.map(({ keyId }): [string, number] => [keyId, now - 2 * minuteMs]),
      figures,
      peaks,
      uses: clients,
      refusals,
    }),
  )
  return refusals
}
