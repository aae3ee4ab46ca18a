import { describe, expect, test } from 'bun:test'
import naughtyStrings from 'big-list-of-naughty-strings/blns.json'
import { forgetPerson } from '../../../src/calls/operations/forget.ts'
import { commandLineActor } from '../../../src/people/actor.ts'
import { answer, createGate, type Gate } from '../../support/gate.ts'
import { undispatched } from '../../support/orders.ts'
import { enter, textOf } from '../../support/page.ts'
import { plansOf } from '../../support/plans.ts'
import { atOnce } from '../../../src/work.ts'

/** Asks the search box, as an operator or as an admin of an agency. */
const finder = (gate: Gate, agencyId: string | null = null) => {
  const { cookie, person } = enter(gate, agencyId === null ? { role: 'operator' } : { agencyId })
  const ask = (text: string) =>
    gate.request(`/admin/find?${new URLSearchParams({ q: text })}`, { headers: { cookie } })
  return {
    ask,
    person,
    visit: (path: string) => gate.request(path, { headers: { cookie } }),
    /** Where it goes straight to; null where it lists. */
    goes: async (text: string) => (await ask(text)).headers.get('location'),
  }
}
const home = (gate: Gate) => `/admin/agencies/${gate.agency.id}`

describe('what a text names opens at once', () => {
  test('an agency by its name, whatever its capitals, and by its id', async () => {
    const gate = createGate()
    const { goes } = finder(gate)
    for (const text of ['Acme', ' acme ', gate.agency.id, gate.agency.id.toUpperCase()])
      expect([text, await goes(text)]).toEqual([text, home(gate)])
  })

  test('a call by its id, by the provider’s and the carrier’s, and by its number in any way of writing', async () => {
    const gate = createGate()
    const { goes } = finder(gate)
    const call = undispatched(gate, '00', { providerCallId: 'theirs-1', telephonyCallId: 'CA0ff1ce' })
    for (const text of [
      call.id,
      'theirs-1',
      'CA0ff1ce',
      '+15551234500',
      '1 (555) 123-4500',
      '001-555-123-4500',
      '555.123.4500',
    ])
      expect([text, await goes(text)]).toEqual([text, `${home(gate)}/calls/${call.id}`])
  })

  test('several calls to a number: their list', async () => {
    const gate = createGate()
    const { goes } = finder(gate)
    undispatched(gate)
    undispatched(gate, '00', { environmentId: gate.environment('staging').id })
    expect(await goes('+1 555 123 4500')).toBe(`${home(gate)}/calls?number=%2B15551234500`)
  })

  test('an agent by its id, a key by its last four characters, live or replaced, and a person by their address', async () => {
    const gate = createGate()
    const { goes, person } = finder(gate)
    expect(await goes(gate.agent.id)).toBe(`${home(gate)}/agents/${gate.agent.id}`)
    const keyPage = `${home(gate)}/integrations/api#production-key`
    const replaced = gate.key.slice(-4)
    const live = gate.issue().slice(-4)
    for (const text of [replaced, live, `…${live}`]) expect([text, await goes(text)]).toEqual([text, keyPage])
    expect(await goes(person.email.toUpperCase())).toBe(`/admin/people/${person.id}/sessions`)
  })

  test('a request: why it was rejected, or the call that it triggered', async () => {
    const gate = createGate({ requestsPerMinute: 2 })
    const { goes, visit } = finder(gate)
    const made = await gate.trigger()
    const { call_id } = await answer(made.clone())
    await gate.trigger()
    const refused = (await gate.trigger()).headers.get('x-request-id') ?? ''
    const page = `${home(gate)}/requests/${refused}`
    expect(await goes(refused)).toBe(page)
    const usage = await (await visit(`${home(gate)}/usage`)).text()
    expect(
      new URL(/href="(requests\/[^"]+)"/.exec(usage)?.[1] ?? '', `http://x${home(gate)}/usage`).pathname,
    ).toBe(page)
    atOnce(gate.services.usage.flush())
    expect(await goes(refused.toUpperCase())).toBe(page)
    expect(await goes(made.headers.get('x-request-id') ?? '')).toBe(`${home(gate)}/calls/${call_id}`)
    const text = await textOf(await visit(page))
    for (const said of [
      'The rate limit was exceeded',
      'Wait for the seconds in the Retry-After header',
      'POST /api/v1/calls/trigger',
      '2 of 2 at that moment',
      `API key bvai_sk_…${gate.key.slice(-4)}`,
      refused,
    ])
      expect(text).toContain(said)
  })
})

test('what may mean several things is listed, with its agency', async () => {
  const gate = createGate()
  const { ask } = finder(gate)
  const other = atOnce(gate.services.agencies.create('Acme North', 'agency', gate.clock.now()))
  const { person } = enter(gate, { agencyId: other.id, email: 'ann@acme.example' })
  const agent = atOnce(gate.services.agents.create(other.id, { name: 'Bo', provider: 'simulator' }, 0))
  undispatched(gate)
  const environmentId = gate.environment('production', other.id).id
  undispatched(gate, '00', { agencyId: other.id, environmentId, agentId: agent.id })
  const listed = await (await ask('acm')).text()
  for (const href of [home(gate), `/admin/agencies/${other.id}`, `/admin/people/${person.id}/sessions`])
    expect(listed).toContain(`href="${href}"`)
  const calls = await textOf(await ask('+15551234500'))
  expect(calls).toMatch(/Call to \+15551234500 Acme Initiated .* Call to \+15551234500 Acme North Initiated/)
  expect(await textOf(await ask('nobody'))).toContain('Nothing was found.')
  expect(await textOf(await ask(''))).toContain('You can search for')
})

test('an agency’s admin finds only what is the own agency’s', async () => {
  const gate = createGate({ requestsPerMinute: 1 })
  const other = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  const { ask, goes } = finder(gate, other.id)
  const own = finder(gate, gate.agency.id)
  const made = await gate.trigger()
  const { call_id = '' } = await answer(made.clone())
  const { phoneNumber } = atOnce(gate.services.calls.find(call_id)) ?? { phoneNumber: '' }
  const refused = (await gate.trigger()).headers.get('x-request-id') ?? ''
  const theirs = undispatched(gate, '44', { providerCallId: 'theirs-1' })
  for (const text of [
    'Acme',
    gate.agency.id,
    gate.agent.id,
    call_id,
    phoneNumber,
    theirs.id,
    'theirs-1',
    gate.key.slice(-4),
    refused,
    made.headers.get('x-request-id') ?? '',
  ]) {
    const nothing = await ask(text)
    expect([text, nothing.status, await textOf(nothing)]).toEqual([
      text,
      200,
      expect.stringContaining('Nothing was found.'),
    ])
    expect([text, await own.goes(text)]).toEqual([text, expect.stringContaining(home(gate))])
  }
  expect(await goes('other')).toBe(`/admin/agencies/${other.id}`)
  expect(await textOf(await ask(own.person.email))).toContain('Nothing was found.')
  expect((await own.visit(`${home(gate)}/requests/${refused}`)).status).toBe(200)
  const { visit } = finder(gate, other.id)
  for (const of of [gate.agency.id, other.id])
    expect((await visit(`/admin/agencies/${of}/requests/${refused}`)).status).toBe(404)
})

test('a person who was erased is not found', async () => {
  const gate = createGate()
  const { ask } = finder(gate)
  undispatched(gate, '00', { status: 'completed', endedAt: gate.clock.now() })
  await gate.services.perform(forgetPerson, { phone: '+15551234500' }, commandLineActor)
  expect(await textOf(await ask('+15551234500'))).toContain('Nothing was found.')
})

test('whatever is typed is searched for as text', async () => {
  const gate = createGate()
  const { ask } = finder(gate)
  const texts = (naughtyStrings as string[]).slice(0, 500)
  for (const text of texts) {
    const { status, headers } = await ask(text)
    expect([text, status === 200 || headers.has('location')]).toEqual([text, true])
  }
  const html = await (await ask('"><script>alert(1)</script>%_')).text()
  expect(html).not.toContain('<script>alert')
})

test('calls are found by an index each', () => {
  const gate = createGate()
  const { search } = gate.services
  const id = Bun.randomUUIDv7()
  const plans = [
    ...plansOf(gate, () => atOnce(search.callsTo('+15551234500', 2))),
    ...plansOf(gate, () => atOnce(search.callsTo('+15551234500', 2, [id]))),
    ...plansOf(gate, () => atOnce(search.callsOfProvider('theirs', 5))),
    ...plansOf(gate, () => atOnce(search.callOfRequest(id))),
    ...plansOf(gate, () => atOnce(search.keysEnding('abcd', 5))),
  ].filter((step) => /\b(?:calls|keys)\b/.test(step))
  expect(plans.length).toBeGreaterThan(5)
  // Active calls are few.
  for (const step of plans) expect(step).toMatch(/^SEARCH|^SCAN calls USING INDEX calls_active$/)
})
