import { expect, test } from 'bun:test'
import { commandLineActor } from '../../src/people/actor.ts'
import { browserInWords } from '../../src/people/browser.ts'
import { endSession, listSessions } from '../../src/people/operations/sessions.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { enter, postForm, textOf } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0'
const safari =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Mobile/15E148 Safari/604.1'

const open = ({ services }: Gate, personId: string, userAgent: string, address: string) => {
  const request = new Request('http://localhost', { headers: { 'user-agent': userAgent } })
  return atOnce(services.sessions.open(personId, { request, address })).split(';')[0] ?? ''
}
const isIn = async (gate: Gate, cookie: string) =>
  (await gate.request('/admin/account', { headers: { cookie } })).status === 200
const post = (gate: Gate, cookie: string, path: string, fields: Record<string, string> = {}) =>
  postForm(gate, path, fields, { cookie, 'sec-fetch-site': 'same-origin' })

/** Somebody with a session in each of two browsers, and somebody else with one. */
const createPlace = async () => {
  const gate = createGate()
  const { person } = enter(gate, { role: 'operator' })
  atOnce(gate.services.people.closeSessions(person.id))
  const first = open(gate, person.id, firefox, '192.0.2.1')
  await gate.clock.advance(60_000)
  const second = open(gate, person.id, safari, '2001:db8::1')
  const other = enter(gate, { role: 'operator' })
  return { gate, person, first, second, other }
}
const sessionIn = async (gate: Gate, cookie: string, path: string, browser: string) => {
  const html = await (await gate.request(path, { headers: { cookie } })).text()
  const row = html.split('<tr').find((each) => each.includes(browser)) ?? ''
  return /name="session" value="(\w{64})"/.exec(row)?.[1] ?? ''
}

test('the account page shows where a person is signed in, with times, address and browser', async () => {
  const { gate, second } = await createPlace()
  const response = await gate.request('/admin/account', { headers: { cookie: second } })
  const page = await textOf(response)
  expect(page).toMatch(/2001:db8::1 +Safari on iOS +\(this session\).*192\.0\.2\.1 +Firefox on Linux/)
  expect(page.match(/\(this session\)/g)).toHaveLength(1)
})

test('a person ends one of their sessions, and no one else’s', async () => {
  const { gate, first, second, other } = await createPlace()
  const ended = await sessionIn(gate, second, '/admin/account', 'Firefox')
  expect((await post(gate, second, '/admin/account/sessions/end', { session: ended })).status).toBe(303)
  expect([await isIn(gate, first), await isIn(gate, second)]).toEqual([false, true])
  const theirs = await sessionIn(gate, other.cookie, '/admin/account', 'Unknown browser')
  expect(theirs).toHaveLength(64)
  for (const fields of [{ session: theirs }, { session: '' }, {}])
    await post(gate, second, '/admin/account/sessions/end', fields)
  expect([await isIn(gate, other.cookie), await isIn(gate, second)]).toEqual([true, true])
})

test('an operator sees somebody’s sessions, and ends one or all of them', async () => {
  const { gate, person, first, second, other } = await createPlace()
  const page = `/admin/people/${person.id}/sessions`
  const ended = await sessionIn(gate, other.cookie, page, 'Firefox')
  await post(gate, other.cookie, `${page}/end`, { session: ended })
  expect([await isIn(gate, first), await isIn(gate, second)]).toEqual([false, true])
  await post(gate, other.cookie, `${page}/end`)
  expect([await isIn(gate, second), await isIn(gate, other.cookie)]).toEqual([false, true])
  const shown = await gate.request(page, { headers: { cookie: other.cookie } })
  expect(await textOf(shown)).toContain('is not signed in')
})

test('so does the command line, with a line in the audit', async () => {
  const { gate, person, first, second } = await createPlace()
  const { perform, audit } = gate.services
  const listed = await perform(listSessions, { person: person.email }, commandLineActor)
  expect(listed).toMatchObject([
    { address: '2001:db8::1', browser: 'Safari on iOS' },
    { address: '192.0.2.1', browser: 'Firefox on Linux' },
  ])
  expect(await perform.preview(endSession, { person: person.id }, commandLineActor)).toContain('everywhere')
  const wanted = { person: person.email, session: listed[1]?.id }
  expect(await perform(endSession, wanted, commandLineActor)).toEqual({ ended: 1 })
  expect(await perform(endSession, wanted, commandLineActor)).toEqual({ ended: 0 })
  expect(await perform(endSession, { person: person.email }, commandLineActor)).toEqual({ ended: 1 })
  expect([await isIn(gate, first), await isIn(gate, second)]).toEqual([false, false])
  const lines = atOnce(audit.list({ limit: 2 })).map(({ action, target }) => [action, target])
  expect(lines).toEqual(Array.from({ length: 2 }, () => ['sessions.ended', `${person.email}: 1`]))
})

test.each([
  ['its opening', 'created_at'],
  ['its last use', 'seen_at'],
])(
  'a session is over, and not listed, when %s is in the future, as after a clock set back',
  async (_, column) => {
    const { gate, person, second } = await createPlace()
    gate.database.sqlite.run(`update sessions set ${column} = ?`, [gate.clock.now() + 1])
    expect(await isIn(gate, second)).toBe(false)
    expect(await gate.services.perform(listSessions, { person: person.id }, commandLineActor)).toEqual([])
    enter(gate, {})
    expect(atOnce(gate.services.people.sessionsOf(person.id))).toEqual([])
  },
)

test('a User-Agent of any length is stored to 300 characters, and one of no browser is unknown', () => {
  const gate = createGate()
  const { person } = enter(gate, {})
  open(gate, person.id, 'x'.repeat(10_000), '192.0.2.1')
  expect(
    atOnce(gate.services.people.sessionsOf(person.id)).map(({ userAgent }) => userAgent?.length),
  ).toContain(300)
  for (const userAgent of [null, '', 'x', 'curl/8.5', '<b>/1.0 (x)'])
    expect(browserInWords(userAgent)).toBe('Unknown browser')
})
