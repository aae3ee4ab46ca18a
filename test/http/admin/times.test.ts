import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { seedDemo } from '../../support/demo.ts'
import { createOperator } from '../../support/page.ts'
import { pagesOf } from '../../support/pages.ts'

const hour = 3_600_000

/** The people page, with the time at which its only person joined. */
const open = async () => {
  const gate = createGate()
  const { cookie, visit, post } = await createOperator(gate)
  const shownIn = async (zone?: string) => {
    const cookies = zone === undefined ? cookie : `${cookie}; callgate-zone=${zone}`
    const page = await gate.request('/admin/people', { headers: { cookie: cookies } })
    return /<time [^>]*>[^<]*<\/time>/.exec(await page.text())?.[0] ?? ''
  }
  return { gate, visit, post, shownIn }
}

/** A page that was open for longer than a session lives is of no use here: the clock is set, and the session stays. */
const later = async ({ clock, database }: Awaited<ReturnType<typeof open>>['gate'], ms: number) => {
  await clock.advance(ms)
  database.sqlite.run('update sessions set created_at = ?1, seen_at = ?1', [clock.now()])
}

test('a time is relative while it is younger than a day, and then a date; UTC to the second stays beside it', async () => {
  const { gate, shownIn } = await open()
  const exact = 'datetime="2026-01-15T12:00:00.000Z" title="2026-01-15 12:00:00 UTC"'
  expect(await shownIn()).toBe(`<time ${exact}>just now</time>`)
  await later(gate, hour - 1)
  expect(await shownIn()).toBe(`<time ${exact}>59 minutes ago</time>`)
  await later(gate, 1)
  expect(await shownIn()).toBe(`<time ${exact}>1 hour ago</time>`)
  await later(gate, 23 * hour - 1)
  expect(await shownIn()).toBe(`<time ${exact}>23 hours ago</time>`)
  await later(gate, 1)
  expect(await shownIn()).toBe(`<time ${exact}>15 Jan 2026, 12:00 UTC</time>`)
})

test('a date is in the zone of the browser, and of a zone that does not exist, in UTC', async () => {
  const { gate, shownIn } = await open()
  await later(gate, 24 * hour)
  expect(await shownIn('Asia/Kolkata')).toContain('>15 Jan 2026, 17:30<')
  expect(await shownIn('America/Los_Angeles')).toContain('>15 Jan 2026, 04:00<')
  for (const zone of ['Mars/Olympus', '%3Cscript%3E', '+02:00', ''])
    expect(await shownIn(zone)).toContain('>15 Jan 2026, 12:00 UTC<')
})

test('the time zone of the account goes before the browser’s, and none of it is said of a zone that is not there', async () => {
  const { gate, visit, post, shownIn } = await open()
  await later(gate, 24 * hour)
  expect((await post('/admin/account/time-zone', { time_zone: 'Asia/Tokyo' })).status).toBe(303)
  expect(await shownIn('Asia/Kolkata')).toContain('>15 Jan 2026, 21:00<')
  const refused = await post('/admin/account/time-zone', { time_zone: 'Mars/Olympus' })
  expect([refused.status, await refused.text()]).toEqual([
    422,
    expect.stringContaining('There is no such time zone.'),
  ])
  expect(await (await visit('/admin/account')).text()).toContain('<option selected>Asia/Tokyo</option>')
  expect((await post('/admin/account/time-zone', { time_zone: '' })).status).toBe(303)
  expect(await shownIn('Asia/Kolkata')).toContain('>15 Jan 2026, 17:30<')
})

test('no page prints a time but by the component', async () => {
  const gate = createGate()
  const demo = seedDemo(gate.services, gate.clock.now())
  const { visit } = await createOperator(gate)
  const raw: string[] = []
  for (const [name, path] of Object.entries(pagesOf(demo))) {
    const html = await (await visit(path)).text()
    const shown = html
      .replaceAll(/<(time|pre|title|option|svg|script)\b.*?<\/\1>/gs, '')
      .replaceAll(/<[^>]+>/g, ' ')
    for (const [found] of shown.matchAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*|\b\d\d:\d\d(?::\d\d)? UTC/g))
      raw.push(`${name}: ${found}`)
  }
  expect(raw).toEqual([])
})
