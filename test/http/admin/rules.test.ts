import { expect, test } from 'bun:test'
import { createGate, type Gate } from '../../support/gate.ts'
import { enter, postForm } from '../../support/page.ts'
import { gateOwner } from '../../support/policy.ts'
import { noRules } from '../../../src/policy/rules.ts'
import { atOnce } from '../../../src/work.ts'

/** Somebody signed in, who can look at pages and post forms. */
const signedIn = (gate: Gate, person: Parameters<typeof enter>[1]) => {
  const { cookie } = enter(gate, person)
  return {
    visit: (path: string) => gate.request(path, { headers: { cookie } }),
    post: (path: string, fields: Record<string, string>) =>
      postForm(gate, path, fields, { cookie, 'sec-fetch-site': 'same-origin' }),
  }
}

const htmlOf = async (response: Response | Promise<Response>) => (await response).text()
const rulesOf = ({ services, production }: Gate) =>
  atOnce(services.policy.policyFor({ agencyId: production.agencyId, environmentId: production.id })).rules

test('the page asks operators for countries until they have chosen, and saves their choice', async () => {
  const gate = createGate()
  atOnce(gate.services.policies.set(gateOwner, 'operator', noRules, 0))
  const { visit, post } = signedIn(gate, { role: 'operator' })
  expect(await htmlOf(visit('/admin/agencies'))).toContain('Which countries do your agencies call?')
  expect((await post('/admin/rules', { countries: 'us, CA' })).status).toBe(303)
  expect(rulesOf(gate).countries).toEqual(['US', 'CA'])
  expect(await htmlOf(visit('/admin/agencies'))).not.toContain('Which countries')
})

test('a form keeps the rules that it does not name, and takes away those that it leaves empty', async () => {
  const gate = createGate()
  const { post } = signedIn(gate, { role: 'operator' })
  const path = `/admin/agencies/${gate.agency.id}/rules`
  await post(path, { countries: 'US', calls_to_number_per_day: '3', hours: 'mon-fri 09:00-17:00' })
  await post(path, { calls_to_number_per_day: '' })
  expect(rulesOf(gate)).toMatchObject({
    countries: ['US'],
    callsToNumberPerDay: null,
    hours: ['mon-fri 09:00-17:00'],
  })
})

test('an agency’s admin narrows what the operator allows, and is told of a rule that is none', async () => {
  const gate = createGate()
  const { post, visit } = signedIn(gate, { agencyId: gate.agency.id })
  const path = `/admin/agencies/${gate.agency.id}/rules/production`
  expect((await post(path, { countries: 'US, GB', number_kinds: 'none' })).status).toBe(303)
  expect(rulesOf(gate)).toMatchObject({ countries: ['US', 'GB'], numberKinds: [] })
  const rejected = await post(path, { hours: 'office hours' })
  expect(rejected.status).toBe(422)
  const page = await rejected.text()
  expect(page).toContain('hours must be days and times')
  expect(page).toContain('value="office hours"')
  expect((await post(path, { time_zone: 'Europe/Berlin' })).status).toBe(403)
  expect((await visit('/admin/rules')).status).toBe(403)
})

test('the page says whether a number may be called, and each reason why not', async () => {
  const gate = createGate()
  atOnce(gate.services.policies.set(gateOwner, 'operator', { ...noRules, countries: ['US'] }, 0))
  const { visit } = signedIn(gate, { agencyId: gate.agency.id })
  const ask = (number: string) =>
    htmlOf(visit(`/admin/agencies/${gate.agency.id}/rules/production?number=${encodeURIComponent(number)}`))
  expect(await ask('+14155550123')).toContain('May be called now.')
  const shut = await ask('+449098790000')
  expect(shut).toContain('May not be called now.')
  expect(shut).toContain('Allowed countries: US')
  expect(shut).toContain('premium-rate numbers')
  expect(await ask('<b>')).toContain('phone_number must be in E.164 format')
})
