import { expect, test } from 'bun:test'
import { actedBy } from '../../../src/audit.ts'
import { commandLineActor } from '../../../src/people/actor.ts'
import { withoutAuditTriggers } from '../../support/unbound.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { createOperator, enter, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const hostile = `=HYPERLINK("http://evil.example")<script>alert(1)</script>"'`
const auditOf = ({ agency }: Gate) => `/admin/agencies/${agency.id}/audit`
const entry = {
  ...actedBy(commandLineActor, Date.parse('2026-01-15T12:00:00Z')),
  action: 'agent.created',
} as const

/** An own admin, who sees what an agency is shown. */
const asAdmin = (gate: Gate) => {
  const { cookie, person } = enter(gate, { agencyId: gate.agency.id })
  return { person, visit: (path: string) => gate.request(path, { headers: { cookie } }) }
}

test('the page says who did what, when and where, newest first', async () => {
  const gate = createGate()
  const { post, visit } = await createOperator(gate)
  await post(`/admin/agencies/${gate.agency.id}/agents`, { name: 'Bea' })
  await post(`/admin/agencies/${gate.agency.id}/integrations/api/staging/access`, { enabled: 'false' })
  const text = await textOf(await visit(auditOf(gate)))
  const lines = [
    'just now ops@example.com disabled API access Staging',
    'just now ops@example.com created an agent: Bea',
  ]
  expect(text).toContain(lines.join(' '))
  expect(await textOf(await visit('/admin/audit'))).toContain('ops@example.com joined: operator ')
})

test('an agency sees its own lines alone, in the list and in the file', async () => {
  const gate = createGate()
  const other = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  atOnce(gate.services.audit.record({ ...entry, agency: gate.agency.id, target: 'Ours' }))
  atOnce(gate.services.audit.record({ ...entry, agency: other.id, target: 'Theirs' }))
  atOnce(gate.services.audit.record({ ...entry, target: 'Nobody’s' }))
  const { visit } = asAdmin(gate)
  for (const path of [auditOf(gate), `${auditOf(gate)}.csv`]) {
    const text = await (await visit(path)).text()
    expect(text).toContain('Ours')
    expect(text).not.toContain('Theirs')
    expect(text).not.toContain('Nobody')
  }
  const { cookie } = enter(gate, { role: 'operator' })
  for (const path of ['/admin/audit', '/admin/audit.csv']) {
    const text = await (await gate.request(path, { headers: { cookie } })).text()
    for (const target of ['Ours', 'Theirs', 'Nobody']) expect(text).toContain(target)
  }
})

test('every line is on exactly one page, whatever is done between two of them', async () => {
  const gate = createGate()
  for (let line = 0; line < 120; line++)
    atOnce(gate.services.audit.record({ ...entry, agency: gate.agency.id, target: `line-${line}.` }))
  const { visit } = asAdmin(gate)
  const seen: string[] = []
  let path: string | undefined = auditOf(gate)
  while (path !== undefined) {
    const html = await (await visit(path)).text()
    seen.push(...(html.match(/line-\d+\./g) ?? []))
    path = /href="([^"]+)">Older entries/.exec(html)?.[1]
    atOnce(gate.services.audit.record({ ...entry, agency: gate.agency.id, target: 'meanwhile' }))
  }
  expect(seen).toEqual(Array.from({ length: 120 }, (_, at) => `line-${119 - at}.`))
  for (const wrong of ['x', '%00']) expect((await visit(`${auditOf(gate)}?before=${wrong}`)).status).toBe(400)
})

test('the file has every line, each in one row, and neither formulas nor secrets', async () => {
  const gate = createGate()
  for (let line = 0; line < 1100; line++)
    atOnce(gate.services.audit.record({ ...entry, agency: gate.agency.id, target: `line ${line}` }))
  atOnce(
    gate.services.audit.record({ ...entry, agency: gate.agency.id, environment: 'staging', target: hostile }),
  )
  const listening = gate.app.listen({ port: 0, hostname: '127.0.0.1' })
  const { cookie } = enter(gate, { agencyId: gate.agency.id })
  const url = `http://127.0.0.1:${listening.server?.port}${auditOf(gate)}.csv`
  const file = await fetch(url, { headers: { cookie } })
  const text = await file.text()
  await listening.stop(true)
  expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="audit.csv"')
  expect(file.headers.get('cache-control')).toBe('no-store')
  expect(file.headers.get('x-content-type-options')).toBe('nosniff')
  const rows = text.split('\r\n')
  expect(rows).toHaveLength(1 + 1101 + 1)
  expect(rows[0]).toBe(
    'time,actor,address,agency_id,agency,environment,action,target,actor_id,actor_role,times',
  )
  expect(rows[1]).toBe(
    `2026-01-15T12:00:00.000Z,an operator,,${gate.agency.id},Acme,staging,agent.created,"'${hostile.replaceAll('"', '""')}",,operator,`,
  )
  expect(text).not.toContain('bvai_sk_')
})

test('hostile names and actions of another version are shown as text', async () => {
  const gate = createGate()
  atOnce(
    gate.services.audit.record({
      ...entry,
      actor: hostile,
      actorRole: 'admin',
      agency: gate.agency.id,
      target: hostile,
    }),
  )
  const { sqlite } = gate.database
  withoutAuditTriggers(sqlite, () =>
    sqlite.run("update audit set action = 'dance.danced<b>' where actor = ?", [hostile]),
  )
  const response = await asAdmin(gate).visit(auditOf(gate))
  const html = await response.clone().text()
  expect(html).not.toMatch(/<script>|<b>/)
  expect(await textOf(response)).toContain(`${hostile} dance.danced<b>: ${hostile}`)
})

test('an empty audit says so', async () => {
  const gate = createGate()
  expect(await textOf(await asAdmin(gate).visit(auditOf(gate)))).toContain('There are no entries yet')
})
