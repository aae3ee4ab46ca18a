import { expect, test } from 'bun:test'
import { createGate, type Gate } from '../../support/gate.ts'
import { createOperator, textOf } from '../../support/page.ts'
import { dayMs } from '../../support/spans.ts'
import { atOnce } from '../../../src/work.ts'

const usagePath = (gate: Gate) => `/admin/agencies/${gate.agency.id}/usage`
const ask = (gate: Gate, key = gate.key) => gate.authorized('/api/v1/key', {}, key)

test('a chart splits refused requests by reason, and its table says the same', async () => {
  const gate = createGate({ requestsPerMinute: 5 })
  const { visit } = await createOperator(gate)
  const path = '/api/v1/calls/00000000-0000-4000-8000-000000000000'
  for (let sent = 0; sent < 2; sent++) await gate.authorized(path)
  await gate.authorized(`${path}?api_key=${gate.key}`)
  for (let sent = 0; sent < 6; sent++) await ask(gate)
  const response = await visit(usagePath(gate))
  const html = await response.clone().text()
  const text = await textOf(response)
  const drawn = html.slice(html.lastIndexOf('class="whole"'), html.indexOf('</figure>'))
  expect(drawn.match(/<rect [^>]+/g)?.map((rect) => /url\(#\w+\)/.exec(rect)?.[0])).toEqual([
    undefined,
    'url(#stripes)',
    'url(#diagonals)',
    'url(#dots)',
  ])
  const reasons = ['The rate limit was exceeded', 'The call doesn’t exist', 'The key was in the URL']
  expect(html).toContain(`Rejected by reason: ${reasons[0]}: 3; ${reasons[1]}: 2; ${reasons[2]}: 1.`)
  expect(text).toContain(
    `allowed 3 rejected: ${reasons[0]} 3 rejected: ${reasons[1]} 2 rejected: ${reasons[2]} 1`,
  )
  const table = /aria-label="The last hour in production".*?<\/table>/s.exec(html)?.[0] ?? ''
  const cells = [...table.matchAll(/<t[hd]\b[^>]*>(.*?)<\/t/g)].map(([, cell]) => cell)
  expect(cells.slice(1, 6)).toEqual([
    'Allowed',
    ...reasons.map((reason) => `Rejected: ${reason}`),
    'Concurrent calls',
  ])
  expect(cells.slice(7, 12)).toEqual(['3', '3', '2', '1', '0'])
})

test('a bar leads to the requests that were rejected in its time, and to the calls of that time', async () => {
  const gate = createGate({ requestsPerMinute: 1 })
  await ask(gate)
  const early = (await ask(gate)).headers.get('x-request-id') ?? ''
  await gate.clock.advance(30 * 60_000)
  await ask(gate)
  const late = (await ask(gate)).headers.get('x-request-id') ?? ''
  const { visit } = await createOperator(gate)
  const html = await (await visit(usagePath(gate))).text()
  const hrefs = [...html.matchAll(/<a href="([^"]+)"[^>]*><title>([^<]+)/g)]
  const of = (time: string) =>
    hrefs.find(([, , says]) => says?.startsWith(`${time}: 1 allowed, 1 rejected`))?.[1] ?? ''
  const listed = async (href: string) => {
    const page = await (await visit(usagePath(gate) + href.replaceAll('&amp;', '&').split('#')[0])).text()
    return [early, late].map((id) => page.includes(id))
  }
  expect(hrefs).toHaveLength(60)
  expect(await listed(of('12:00'))).toEqual([true, false])
  expect(await listed(of('12:30'))).toEqual([false, true])
  expect(await listed('')).toEqual([true, true])
  // The table has the same links, for whoever has a keyboard and no script.
  for (const [, href] of hrefs) expect(html.split(`"${href}"`)).toHaveLength(3)

  const calls = await (await visit(`${usagePath(gate)}?range=day&chart=calls`)).text()
  const link = 'calls?environment=production&from=2026-01-15T12:00&to=2026-01-15T13:00&zone=UTC'
  expect(calls).toContain(`href="${link.replaceAll('&', '&amp;')}"`)
  expect((await visit(`/admin/agencies/${gate.agency.id}/${link}`)).status).toBe(200)
})

test('a chart compares with the time before, where something is known of it', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const page = async () => (await visit(`${usagePath(gate)}?range=day`)).text()
  await ask(gate)
  expect(await page()).not.toContain('before: ')
  const { sqlite } = gate.database
  const before = gate.clock.now() - dayMs
  sqlite.run("insert into usage values (?, 'hour', ?, 'granted', 7)", [gate.production.id, before])
  expect(await page()).toContain('12:00–13:00: 1 allowed, 0 rejected, before: 7')
})

test('the page stays below 60 KB with a month of ever changing figures in both environments', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const codes = ['rate_limited', 'concurrency_limited', 'invalid_json', 'access_disabled', 'rotated_key']
  codes.push(
    'plan_required',
    'key_in_url',
    'wrong_agency',
    'invalid_body',
    'idempotency_mismatch',
    'internal',
  )
  const now = gate.clock.now()
  const insert = gate.database.sqlite.prepare('insert into usage values (?, ?, ?, ?, ?)')
  atOnce(
    gate.database.transaction(function* () {
      for (const name of ['production', 'staging'] as const)
        for (const [span, lengthMs, count] of [
          ['hour', 3_600_000, 720],
          ['minute', 60_000, 60],
        ] as const)
          for (let back = 0; back < count; back++) {
            const startAt = now - back * lengthMs
            const at = [gate.environment(name).id, span, startAt] as const
            insert.run(...at, 'granted', 50_000 + ((back * 7919) % 49_999))
            insert.run(...at, 'peak_calls', 1 + (back % 10))
            for (const [index, code] of codes.entries())
              insert.run(...at, code, 1 + ((back * 3571 + index * 811) % 9973))
          }
    }),
  )
  for (let sent = 0; sent < 130; sent++) await ask(gate)
  const staging = gate.issue(gate.environment('staging').id)
  for (let sent = 0; sent < 130; sent++) await ask(gate, staging)
  for (const range of ['hour', 'day', 'week', 'month']) {
    const page = await (await visit(`${usagePath(gate)}?range=${range}`)).text()
    expect(page.length).toBeLessThan(60 * 1024)
    expect(page).not.toMatch(/ style=/)
  }
})
