import { expect, test } from 'bun:test'
import naughtyStrings from 'big-list-of-naughty-strings/blns.json'
import { seedDemo } from '../../support/demo.ts'
import { answer, createGate } from '../../support/gate.ts'
import { createOperator } from '../../support/page.ts'
import { pagesOf } from '../../support/pages.ts'
import { sayEverywhere } from '../../support/spoken.ts'
import { asText, structureOf } from '../../support/structure.ts'

const strings = naughtyStrings as string[]
const everything = strings.join('\n')

type Visit = Awaited<ReturnType<typeof createOperator>>['visit']

/** The demo's pages, with another text in the place of all that was named or said. */
const site = async (text: string): Promise<{ pages: Record<string, string>; visit: Visit }> => {
  const gate = createGate()
  const demo = seedDemo(gate.services, gate.clock.now())
  sayEverywhere(gate.database.sqlite, text)
  const { visit } = await createOperator(gate)
  const pages = pagesOf(demo)
  const whole = { call: `${pages.call}?whole`, 'call-live': `${pages['call-live']}?whole` }
  return { pages: { ...pages, ...whole }, visit }
}

test('the list is the list', () => {
  expect(strings.length).toBeGreaterThan(400)
  expect(strings.filter((text) => /<script|onerror=|javascript:/i.test(text)).length).toBeGreaterThan(100)
})

test('unescaped, it would show', async () => {
  const page = (text: string) => structureOf(`<main><p title="${text}">${text}</p></main>`)
  expect(await page(asText(everything))).toEqual(await page('Plain'))
  expect(await page(everything)).not.toEqual(await page('Plain'))
})

test('whatever is named or said, no page has an element or an attribute more', async () => {
  const [plain, naughty] = [await site('Plain'), await site(everything)]
  const names = Object.keys(plain.pages)
  for (const name of names) {
    const [calm, wild] = await Promise.all(
      [plain, naughty].map(async ({ pages, visit }) => (await visit(pages[name] ?? '')).text()),
    )
    expect([name, await structureOf(wild ?? '')]).toEqual([name, await structureOf(calm ?? '')])
  }
})

test('it is all shown, as the text that it is', async () => {
  const { pages, visit } = await site(everything)
  const shown = asText(everything)
  for (const name of ['agencies', 'overview', 'calls', 'slots', 'agents', 'agent', 'rotate'])
    expect([name, (await (await visit(pages[name] ?? '')).text()).includes(shown)]).toEqual([name, true])
  const call = await (await visit(pages.call ?? '')).text()
  expect(call.split(shown).length).toBeGreaterThan(8)
  expect(call.includes(asText(JSON.stringify(everything)))).toBe(true)
})

test('each of them comes in at every door, as a name or with a refusal, and never breaks anything', async () => {
  const gate = createGate({ requestsPerMinute: 10_000, concurrentCalls: 10_000 })
  const { visit, post } = await createOperator(gate)
  const agentsPath = `/admin/agencies/${gate.agency.id}/agents`
  const taken: string[] = []
  for (const text of strings) {
    const made = await post(agentsPath, { name: text, provider: 'simulator', ref: text, from: text })
    const agency = await post('/admin/agencies', { name: text, plan: text })
    const order = { phone_number: '+15551234500', name: text, metadata: { [text]: text } }
    const called = await gate.postJson('/api/v1/calls/trigger', order)
    const asNumber = await gate.postJson('/api/v1/calls/trigger', { phone_number: text, agent_id: text })
    const found = await visit(`/admin/agencies/${gate.agency.id}/calls?agent=${encodeURIComponent(text)}`)
    expect([303, 422]).toContain(made.status)
    expect([text, agency.status, asNumber.status]).toEqual([text, 422, 400])
    expect([200, 400]).toContain(called.status)
    expect([200, 400]).toContain(found.status)
    if (made.status === 303) taken.push(text.trim())
    if (called.status !== 200) continue
    const { call_id: id } = await answer(called)
    const { data } = await answer(await gate.authorized(`/api/v1/calls/${id}`))
    expect(data).toMatchObject({ name: text.trim() === '' ? null : text })
  }
  expect(taken.length).toBeGreaterThan(400)
  const html = await (await visit(agentsPath)).text()
  for (const text of taken) expect(html).toContain(asText(text))
}, 60_000)
