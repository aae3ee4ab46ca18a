import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Action } from '../../../src/audit.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { enter, postForm, textOf } from '../../support/page.ts'
import { plansOf } from '../../support/plans.ts'
import { dayMs, hourMs } from '../../support/spans.ts'
import { withoutAuditTriggers } from '../../support/unbound.ts'
import { atOnce } from '../../../src/work.ts'

const as = (gate: Gate, who: Parameters<typeof enter>[1]) => {
  const { cookie } = enter(gate, who)
  return {
    visit: (path: string) => gate.request(path, { headers: { cookie } }),
    post: (path: string) => postForm(gate, path, {}, { cookie, 'sec-fetch-site': 'same-origin' }),
  }
}
const auditOf = ({ agency }: Gate) => `/admin/agencies/${agency.id}/audit`

const written = (gate: Gate) => {
  const actors = [
    { actor: 'maya@acme.example', actorRole: 'admin' },
    { actor: 'ops@example.com', actorRole: 'operator' },
    { actor: 'token ci', actorRole: 'admin' },
    { actor: 'gone@example.com', actorRole: null },
  ] as const
  const actions: Action[] = ['agent.created', 'agent.deleted', 'key.rotated']
  const start = gate.clock.now() - 10 * dayMs
  return Array.from({ length: 130 }, (_, at) => {
    const entry = {
      ...actors[at % actors.length]!,
      action: actions[at % 3] ?? 'agent.created',
      at: start + at * hourMs,
      agency: gate.agency.id,
      target: `${['Ann', 'Ben'][at % 2]} ${at}.`,
      address: null,
    }
    atOnce(gate.services.audit.record(entry))
    return entry
  }).toReversed()
}

test('pages and file have exactly the entries that the filters leave, each once, newest first', async () => {
  const gate = createGate()
  const entries = written(gate)
  const { visit } = as(gate, { role: 'operator' })
  const day = fc
    .integer({ min: 0, max: 7 })
    .map((days) => entries.at(-1)!.at - (entries.at(-1)!.at % dayMs) + days * dayMs)
  const filters = fc.record(
    {
      actor: fc.constantFrom(...entries.slice(0, 4).map(({ actor }) => actor), 'nobody'),
      action: fc.constantFrom('agent.created', 'key.rotated'),
      target: fc.constantFrom('ann', 'BEN', '7', '%'),
      from: day,
      to: day,
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(filters, async ({ from, to, ...rest }) => {
      const expected = entries
        .filter(
          (entry) =>
            (rest.actor === undefined || entry.actor === rest.actor) &&
            (rest.action === undefined || entry.action === rest.action) &&
            (rest.target === undefined || entry.target.toLowerCase().includes(rest.target.toLowerCase())) &&
            (from === undefined || entry.at >= from) &&
            (to === undefined || entry.at < to + dayMs),
        )
        .map(({ target }) => target)
      const query = new URLSearchParams(rest as Record<string, string>)
      if (from !== undefined) query.set('from', new Date(from).toISOString().slice(0, 10))
      if (to !== undefined) query.set('to', new Date(to).toISOString().slice(0, 10))
      const seen: string[] = []
      for (let next: string | undefined = `${auditOf(gate)}?${query}`; next !== undefined;) {
        const html = await (await visit(next)).text()
        seen.push(...(html.match(/(?<=>)(?:Ann|Ben) \d+\./g) ?? []))
        next = /href="([^"]+)">Older entries/.exec(html)?.[1]?.replaceAll('&amp;', '&')
      }
      expect(seen).toEqual(expected)
      const file = await (await visit(`${auditOf(gate)}.csv?${query}`)).text()
      expect([...(file.match(/(?:Ann|Ben) \d+\./g) ?? [])]).toEqual(expected)
    }),
    { numRuns: 40 },
  )
}, 30_000)

test('an agency finds no operator by name: the filter knows only the names that it shows', async () => {
  const gate = createGate()
  written(gate)
  const { visit } = as(gate, { agencyId: gate.agency.id })
  const count = async (actor: string) =>
    (await (await visit(`${auditOf(gate)}.csv?${new URLSearchParams({ actor })}`)).text()).split('\r\n')
      .length - 2
  expect(await count('ops@example.com')).toBe(0)
  expect(await count('gone@example.com')).toBe(0)
  expect(await count('an operator')).toBe(33)
  expect(await count('somebody')).toBe(32)
  expect(await count('maya@acme.example')).toBe(33)
  expect(await count('token ci')).toBe(32)
})

test('an entry links to what it is about, as far as the reader has that page', async () => {
  const gate = createGate()
  const { visit } = as(gate, { role: 'operator' })
  const home = `/admin/agencies/${gate.agency.id}`
  const call = crypto.randomUUID()
  const common = { at: gate.clock.now(), actor: 'x', address: null }
  for (const [action, target, environment, agency] of [
    ['call.ended', call, 'production', gate.agency.id],
    ['webhook.saved', 'example.com', 'staging', gate.agency.id],
    ['policy.changed', 'countries', undefined, gate.agency.id],
    ['policy.changed', 'gate rules', undefined, null],
    ['person.removed', 'ann@example.com', undefined, gate.agency.id],
    ['signed_in', undefined, undefined, null],
  ] as const)
    atOnce(
      gate.services.audit.record({
        ...common,
        action,
        agency,
        ...(target !== undefined && { target }),
        ...(environment !== undefined && { environment }),
      }),
    )
  const html = await (await visit('/admin/audit')).text()
  for (const [href, words] of [
    [`${home}/calls/${call}`, `<code>${call}</code>`],
    [`${home}/integrations/api/staging/webhook`, 'example.com'],
    [`${home}/rules`, 'countries'],
    ['/admin/rules', 'gate rules'],
    ['/admin/people', 'ann@example.com'],
  ])
    expect(html).toContain(`<a href="${href}">${words}</a>`)
  const own = as(gate, { agencyId: gate.agency.id })
  expect(await (await own.visit(auditOf(gate))).text()).not.toContain('href="/admin/people"')
})

test('the chain is verified on request, and the page says what came of it', async () => {
  const gate = createGate()
  written(gate)
  const { post, visit } = as(gate, { role: 'operator' })
  expect(await textOf(await visit('/admin/audit'))).not.toContain('Chain verified')
  expect((await post('/admin/audit/verify')).headers.get('location')).toBe('/admin/audit')
  expect(await textOf(await visit('/admin/audit'))).toMatch(
    /Chain verified: all 13\d entries are as they were/,
  )
  withoutAuditTriggers(gate.database.sqlite, () =>
    gate.database.sqlite.run("update audit set target = 'Eve' where number = 7"),
  )
  await post('/admin/audit/verify')
  expect(await textOf(await visit('/admin/audit'))).toContain('The chain is broken: entry 7 was changed')
})

test('the chain is whole while entries are added and the oldest are removed in the middle of it', async () => {
  const gate = createGate()
  const { audit, oldRows } = gate.services
  for (let round = 0; round < 10; round++) written(gate)
  const verified = audit.verify()
  written(gate)
  expect((await verified).flaw).toBeNull()
  const other = audit.verify()
  atOnce(oldRows.audit(gate.clock.now() - 9 * dayMs, 700))
  expect((await other).flaw).toBeNull()
})

test('an actor and an action have an index each, and an agency its own', () => {
  const gate = createGate()
  const plan = (query: object) =>
    plansOf(gate, () => atOnce(gate.services.audit.list({ limit: 50, ...query }))).join('; ')
  expect(plan({ actor: 'x' })).toContain('audit_actor (actor=?')
  expect(plan({ action: 'key.rotated' })).toContain('audit_action (action=?')
  expect(plan({ actor: 'x', action: 'key.rotated' })).toContain('audit_actor (actor=?')
  for (const also of [{}, { actor: 'x' }, { action: 'key.rotated' }])
    expect(plan({ agency: gate.agency.id, ...also })).toContain('audit_agency (agency_id=?')
})
