import { expect, test } from 'bun:test'
import fc from 'fast-check'
import naughtyStrings from 'big-list-of-naughty-strings/blns.json'
import { healthColumns } from '../../../src/agencies/health.ts'
import { issueKey } from '../../../src/keys/issue.ts'
import { newDelivery } from '../../../src/webhooks/delivery.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { undispatched } from '../../support/orders.ts'
import { enter, textOf } from '../../support/page.ts'
import { plansOf } from '../../support/plans.ts'
import { dayMs, hourMs } from '../../support/spans.ts'
import { listen } from '../../support/webhooks.ts'
import { atOnce } from '../../../src/work.ts'

const operatorOf = (gate: Gate) => {
  const { cookie } = enter(gate, { role: 'operator' })
  return (path: string) => gate.request(path, { headers: { cookie } })
}
const namesIn = (html: string) =>
  [...html.matchAll(/<td class="name"[^>]*><a href="\/admin\/agencies\/[\da-f-]{36}">([^<]*)</g)].map(
    ([, name]) => name ?? '',
  )

test('a row says what tells whether somebody should look at the agency', async () => {
  const gate = createGate({ requestsPerMinute: 3 })
  const visit = operatorOf(gate)
  const { agencies, deliveries, keys, usage } = gate.services
  const { clock, agency, production } = gate
  const idle = atOnce(agencies.create('Idle', 'growth', clock.now()))
  const old = atOnce(agencies.create('Old', 'agency', clock.now()))
  atOnce(issueKey(keys, gate.environment('production', old.id).id, clock.now() - 100 * dayMs))
  const yesterday = clock.now() - dayMs
  undispatched(gate, '00', { id: Bun.randomUUIDv7('hex', yesterday), createdAt: yesterday })
  for (let sent = 0; sent < 5; sent++) await gate.trigger()
  atOnce(usage.flush())
  listen(gate, 'http://127.0.0.1:9/hook')
  const told = { environmentId: production.id, callId: null, payload: '{}', createdAt: clock.now() } as const
  atOnce(deliveries.insert({ ...newDelivery({ ...told, event: 'test' }), state: 'dead' }))
  const html = await (await visit('/admin/agencies')).text()
  expect(html).toContain(`href="/admin/agencies/${agency.id}/integrations/api/production/webhook"`)
  const text = await textOf(await visit('/admin/agencies'))
  expect(text).toContain('Acme Agency 3 2 Failing 0 days just now')
  expect(text).toContain('Idle Growth 0 0 – no key never')
  expect(text).toContain('Old Agency 0 0 – 100 days never')
  expect(text).toContain('3 agencies')
  expect(idle.id).not.toBe(agency.id)
})

test('each column sorts in both orders, and its pages miss and repeat nobody', async () => {
  const gate = createGate()
  const visit = operatorOf(gate)
  const { agencies, agents, keys, usageRows } = gate.services
  const now = gate.clock.now()
  const hour = Math.floor(now / hourMs) * hourMs
  const figures: Parameters<typeof usageRows.save>[0]['figures'] extends Iterable<infer F> ? F[] : never = []
  const made = Array.from({ length: 119 }, (_, at) => {
    const agency = atOnce(
      agencies.create(`Agency ${(at * 53) % 119}`, at % 2 === 0 ? 'agency' : 'starter', now),
    )
    const { id: environmentId } = gate.environment('production', agency.id)
    const agent = atOnce(agents.create(agency.id, { name: 'A', provider: 'simulator' }, now))
    if (at % 5 !== 0) atOnce(issueKey(keys, environmentId, now - ((at * 7) % 30) * dayMs))
    for (let call = 0; call < at % 4; call++)
      undispatched(gate, '00', { agencyId: agency.id, environmentId, agentId: agent.id })
    figures.push({ environmentId, span: 'hour', startAt: hour, outcome: 'rate_limited', count: at % 6 })
    return agency.name
  })
  atOnce(usageRows.save({ lastUses: [], figures, uses: [], refusals: [] }))
  const all = ['Acme', ...made].toSorted()
  for (const sort of healthColumns)
    for (const order of ['asc', 'desc']) {
      const seen: string[] = []
      for (
        let next: string | undefined = `/admin/agencies?sort=${sort}&order=${order}`;
        next !== undefined;
      ) {
        const html = await (await visit(next)).text()
        seen.push(...namesIn(html))
        next = /href="([^"]+)">Next page/.exec(html)?.[1]?.replaceAll('&amp;', '&')
      }
      expect([sort, order, seen.toSorted()]).toEqual([sort, order, all])
      if (sort !== 'name') continue
      const byName = all.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
      expect(seen).toEqual(order === 'asc' ? byName : byName.toReversed())
    }
  const busiest = await textOf(await visit('/admin/agencies?sort=calls_today'))
  const counts = [...busiest.matchAll(/(?:Agency|Starter) (\d) \d – /g)].map(([, count]) => Number(count))
  expect(counts).toEqual(counts.toSorted((a, b) => b - a))
  expect(counts[0]).toBe(3)
}, 20_000)

test('a part of the name finds agencies, whatever its capitals, and is text', async () => {
  const gate = createGate()
  const visit = operatorOf(gate)
  for (const name of ['North Dental', 'Northside', 'South'])
    atOnce(gate.services.agencies.create(name, 'agency', gate.clock.now()))
  const found = async (q: string) =>
    namesIn(await (await visit(`/admin/agencies?${new URLSearchParams({ q })}`)).text())
  expect(await found('nORTH')).toEqual(['North Dental', 'Northside'])
  expect(await found('%')).toEqual([])
  expect(await textOf(await visit('/admin/agencies?q=zzz'))).toContain('No agency’s name matches')
  for (const text of (naughtyStrings as string[]).slice(0, 100))
    expect([text, (await visit(`/admin/agencies?${new URLSearchParams({ q: text })}`)).status]).toEqual([
      text,
      200,
    ])
})

test('whatever the address says, a list is shown', async () => {
  const gate = createGate()
  const visit = operatorOf(gate)
  const texts = fc.record({ sort: fc.string(), order: fc.string(), after: fc.string() })
  await fc.assert(
    fc.asyncProperty(texts, async (given) => {
      expect((await visit(`/admin/agencies?${new URLSearchParams(given)}`)).status).toBe(200)
    }),
    { numRuns: 50 },
  )
})

test('calls, requests and deliveries are counted from indexes alone', () => {
  const gate = createGate()
  for (const column of healthColumns) {
    const query = { text: '', column, isDescending: false, after: undefined, limit: 50, since: 0 }
    const steps = plansOf(gate, () => atOnce(gate.services.agencyHealth.page(query)))
    const large = steps.filter((step) => /\b(?:calls|usage|deliveries)\b/.test(step))
    expect(large).not.toBeEmpty()
    for (const step of large) expect(step).toMatch(/^SEARCH .* USING (?:COVERING )?INDEX/)
  }
})
