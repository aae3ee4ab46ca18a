import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { fillIn, formsElsewhere, pageForms } from '../../support/page-forms.ts'
import { flashAfter } from '../../support/flash.ts'
import { populate } from '../../support/visitors.ts'
import { atOnce } from '../../../src/work.ts'

test('every form of the page has its place in the table, and the table names no other', () => {
  const there = createGate().app.routes.filter(
    ({ method, path }) => method === 'POST' && path.startsWith('/admin'),
  )
  const one = (path: string) => path.replace(/(?<=\/providers\/)[^/]+/, ':provider')
  const named = new Set([...Object.keys(pageForms), ...Object.keys(formsElsewhere)].map(one))
  expect(there.map(({ path }) => path).toSorted()).toEqual([...named].toSorted())
})

test.each(Object.entries(pageForms))(
  '%s leaves its line, with who did it and what it is about, and the next page says so once',
  async (path, form) => {
    const place = await populate()
    const { audit } = place.gate.services
    const before = atOnce(audit.list({ limit: 100 })).length
    const answer = await fillIn(path, form, place)()
    expect(answer.status).toBeLessThan(400)
    expect((await answer.clone().text()).includes('be shown again')).toBe(form.showsSecret === true)
    const { said, again } = await flashAfter(place.gate, place.cookies.operator, answer)
    expect(said).toMatch(/^\S.*(\.|http\S+)$/)
    expect(again).toBeUndefined()
    const after = atOnce(audit.list({ limit: 100 }))
    expect(after.slice(0, after.length - before).map(({ action }) => action)).toEqual([form.leaves])
    expect(after[0]?.actor).toContain('@example.com')
    if (path.startsWith('/admin/agencies/:agency')) expect(after[0]?.agencyId).toBe(place.gate.agency.id)
    if (path.includes('/api/:environment')) expect(after[0]?.environment).toBe('production')
  },
)

test.each(Object.entries(pageForms))(
  '%s changes nothing when its line cannot be written',
  async (path, form) => {
    const place = await populate()
    const { sqlite } = place.gate.database
    const send = fillIn(path, form, place)
    const tables = () =>
      [
        'agencies',
        'environments',
        'keys',
        'agents',
        'people',
        'invitations',
        'sessions',
        'webhooks',
        'admin_tokens',
        'factors',
        'recovery_codes',
        'sign_in_policy',
      ].map((name) => sqlite.query(`select * from ${name} order by 1`).all())
    const before = tables()
    sqlite.run("create trigger full before insert on audit begin select raise(abort, 'full'); end")
    const answer = await send()
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expect(tables()).toEqual(before)
  },
)
