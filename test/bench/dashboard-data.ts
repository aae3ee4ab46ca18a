import { finalStatuses, newCall } from '../../src/calls/call.ts'
import { issueKey } from '../../src/keys/issue.ts'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import type { Gate } from '../support/gate.ts'
import { dayMs, hourMs } from '../support/spans.ts'
import { atOnce } from '../../src/work.ts'

interface Sizes {
  agencies: number
  calls: number
}

const rowsAtOnce = 20_000
/** The busiest agency has this share of all calls. */
const largestShare = 0.2
const spanMs = 90 * dayMs

/** Fills a database with what so many agencies have left behind in 90 days. */
export const fill = (gate: Gate, { agencies: agenciesMost, calls: callsMost }: Sizes) => {
  const { database, services, clock } = gate
  const { agencies, agents, audit, calls, deliveries, environments, keys, spending, usageRows, webhooks } =
    services
  const now = clock.now()
  const inBatches = (count: number, write: (at: number) => void) => {
    for (let from = 0; from < count; from += rowsAtOnce)
      atOnce(
        database.transaction(function* () {
          for (let at = from; at < Math.min(count, from + rowsAtOnce); at++) write(at)
        }),
      )
  }

  const made: { id: string; environmentIds: string[]; agentId: string }[] = []
  inBatches(agenciesMost, (at) => {
    const { id } = atOnce(
      agencies.create(`${words[at % words.length]} ${words[(at * 7) % 11]} ${at}`, 'agency', now),
    )
    const environmentIds = atOnce(environments.list(id)).map((one) => one.id)
    const agent = atOnce(agents.create(id, { name: `Agent ${at}`, provider: 'simulator' }, now))
    for (const environmentId of environmentIds)
      atOnce(issueKey(keys, environmentId, now - (at % 200) * dayMs))
    if (at % 3 === 0)
      atOnce(webhooks.save(environmentIds[0] ?? '', 'https://example.com/hook', mintWebhookSecret(), now))
    made.push({ id, environmentIds, agentId: agent.id })
  })

  inBatches(callsMost, (at) => {
    const agency = made[at % 5 === 0 ? 0 : Math.floor((at * 7919) % made.length)] ?? made[0]
    if (!agency) return
    const createdAt = now - Math.round(((callsMost - at) / callsMost) * spanMs)
    const status = finalStatuses[at % 7] ?? 'completed'
    const durationSeconds = status === 'completed' ? 20 + (at % 400) : 0
    atOnce(
      calls.insert({
        ...newCall({
          id: Bun.randomUUIDv7('hex', createdAt),
          agencyId: agency.id,
          environmentId: agency.environmentIds[at % 4 === 0 ? 1 : 0] ?? '',
          agentId: agency.agentId,
          provider: 'simulator',
          accountId: null,
          agentRef: null,
          fromNumber: '+12025550100',
          phoneNumber: `+1415${String(5_550_000 + ((at * 31) % 900_000)).padStart(7, '0')}`,
          name: null,
          email: null,
          metadata: { order: at },
          options: null,
          timeZone: null,
          consent: null,
          spendingDay: null,
          createdAt,
          expiresAt: createdAt + hourMs,
        }),
        status,
        dispatch: 'placed',
        providerCallId: `sim-${at}`,
        reasonCode: status === 'no_answer' || status === 'busy' ? status : at % 50 === 0 ? 'voicemail' : null,
        sentAt: createdAt + 40,
        ringingAt: createdAt + 900,
        answeredAt: status === 'completed' ? createdAt + 5000 : null,
        endedAt: createdAt + 5000 + durationSeconds * 1000,
        durationSeconds,
        costCents: status === 'completed' ? at % 60 : null,
        currency: 'USD',
      }),
    )
  })

  inBatches(Math.round(callsMost / 10), (at) => {
    const agency = made[(at * 3) % made.length]
    const environmentId = agency?.environmentIds[0] ?? ''
    const told = { environmentId, callId: null, event: 'test', payload: '{}', createdAt: now } as const
    atOnce(
      deliveries.insert({ ...newDelivery(told), state: at % 40 === 0 ? 'dead' : 'delivered', attempts: 1 }),
    )
  })
  inBatches(callsMost / 10, (at) =>
    atOnce(
      audit.record({
        at: now - (callsMost / 10 - at) * 60_000,
        actor: `person-${at % 300}@example.com`,
        actorRole: 'admin',
        address: '203.0.113.7',
        agency: made[at % made.length]?.id ?? null,
        action: at % 50 === 0 ? 'key.rotated' : 'agent.changed',
        target: `Agent ${at}`,
      }),
    ),
  )
  const hour = Math.floor(now / hourMs) * hourMs
  const figures = made.flatMap(({ environmentIds: [environmentId = ''] }, at) =>
    Array.from({ length: at % 10 === 0 ? 24 : 2 }, (_, back) =>
      ['granted', 'rate_limited'].map((outcome, index) => ({
        environmentId,
        span: 'hour' as const,
        startAt: hour - back * hourMs,
        outcome,
        count: 1000 - index * 900 + (at % 50),
      })),
    ).flat(),
  )
  atOnce(usageRows.save({ lastUses: [], figures, uses: [], refusals: [] }))
  // Every agency calls in a few hours of each of the last eight days.
  for (let day = 0; day < 8; day++) {
    const startAt = hour - day * dayMs
    atOnce(
      usageRows.save({
        lastUses: [],
        figures: made.flatMap(({ environmentIds: [environmentId = ''] }, at) =>
          [0, 1, 2].flatMap((back) =>
            ['call:triggered', 'call:ended', 'call:answered', 'call:seconds', 'call:accepted vapi'].map(
              (outcome) => ({
                environmentId,
                span: 'hour' as const,
                startAt: startAt - back * hourMs,
                outcome,
                count: 1 + (at % 7),
              }),
            ),
          ),
        ),
        uses: [],
        refusals: [],
      }),
    )
    const date = new Date(startAt).toISOString().slice(0, 10)
    inBatches(made.length, (at) =>
      atOnce(
        spending.add(made[at]?.environmentIds[0] ?? '', date, {
          calls: 3,
          seconds: 200,
          reservedSeconds: 0,
          cents: { USD: 40 + (at % 30) },
        }),
      ),
    )
  }
  return { largest: made[0], callsOfLargest: Math.round(callsMost * largestShare) }
}

const words =
  'Harbour Northside Alpine Bright Cedar Delta Evergreen Falcon Granite Hilltop Island Juniper Lakeside'.split(
    ' ',
  )
