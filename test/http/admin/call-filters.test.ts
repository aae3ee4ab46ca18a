import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { type Call, callStatuses, finalStatuses, outcomeCodes } from '../../../src/calls/call.ts'
import { localSpanOf, spanOf } from '../../../src/http/admin/local-span.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { undispatched } from '../../support/orders.ts'
import { enter } from '../../support/page.ts'
import { plansOf } from '../../support/plans.ts'
import { atOnce } from '../../../src/work.ts'

const callsPath = (gate: Gate) => `/admin/agencies/${gate.agency.id}/calls`
const hourMs = 3_600_000

const visitor = (gate: Gate, zones: { account?: string; browser?: string } = {}) => {
  const { person, cookie } = enter(gate, { role: 'operator' })
  if (zones.account !== undefined) atOnce(gate.services.people.setTimeZone(person.id, zones.account))
  const cookies = zones.browser === undefined ? cookie : `${cookie}; callgate-zone=${zones.browser}`
  return async (path: string) => {
    const response = await gate.request(path, { headers: { cookie: cookies } })
    return { status: response.status, text: await response.text() }
  }
}

/** Calls of both environments and two agents to three numbers, an hour from each other. */
const seeded = async () => {
  const gate = createGate()
  const bob = atOnce(gate.services.agents.create(gate.agency.id, { name: 'Bob', provider: 'simulator' }, 0))
  const environmentIds = [gate.production.id, gate.environment('staging').id]
  const calls: Call[] = []
  for (let at = 0; at < 90; at++) {
    const status = callStatuses[at % callStatuses.length] ?? 'completed'
    const isFinal = finalStatuses.some((final) => final === status)
    const made = undispatched(gate, `0${at % 3}`, {
      status,
      endedAt: isFinal ? gate.clock.now() : null,
      reasonCode: isFinal && at % 2 === 0 ? (outcomeCodes[at % outcomeCodes.length] ?? null) : null,
      environmentId: environmentIds[at % 5 === 0 ? 1 : 0] ?? '',
      agentId: at % 4 === 0 ? bob.id : gate.agent.id,
    })
    calls.push(made.now())
    await gate.clock.advance(hourMs)
  }
  return { gate, bob, environmentIds, calls: calls.toReversed(), visit: visitor(gate) }
}

const idsIn = (path: string, html: string) => {
  const link = new RegExp(`href="${path}/([\\da-f-]{36})"`, 'g')
  return [...html.matchAll(link)].map(([, id = '']) => id)
}

test('pages and both files have exactly the calls that the filters leave, each once, newest first', async () => {
  const { gate, bob, environmentIds, calls, visit } = await seeded()
  const path = callsPath(gate)
  const start = Math.floor(calls.at(-1)!.createdAt / hourMs) * hourMs
  const hour = fc.integer({ min: -2, max: 92 }).map((hours) => start + hours * hourMs)
  const filters = fc.record(
    {
      number: fc.constantFrom('+15551234500', '1 (555) 123-4501', '+15551234599'),
      agent: fc.constantFrom(bob.id, gate.agent.id),
      status: fc.constantFrom(...callStatuses),
      outcome: fc.constantFrom(...outcomeCodes, 'released'),
      environment: fc.constantFrom('production', 'staging'),
      from: hour,
      to: hour,
    },
    { requiredKeys: [] },
  )
  const expectedFor = (
    filter: Partial<Record<'number' | 'agent' | 'status' | 'outcome' | 'environment', string>> & {
      from?: number | undefined
      to?: number | undefined
    },
  ) =>
    calls
      .filter(
        (call) =>
          (filter.number === undefined || call.phoneNumber === `+${filter.number.replaceAll(/\D/g, '')}`) &&
          (filter.agent === undefined || call.agentId === filter.agent) &&
          (filter.status === undefined || call.status === filter.status) &&
          (filter.outcome === undefined || call.reasonCode === filter.outcome) &&
          (filter.environment === undefined ||
            call.environmentId === environmentIds[filter.environment === 'production' ? 0 : 1]) &&
          (filter.from === undefined || call.createdAt >= filter.from) &&
          (filter.to === undefined || call.createdAt < filter.to),
      )
      .map(({ id }) => id)
  const localTime = (at: number | undefined) =>
    at === undefined ? {} : new Date(at).toISOString().slice(0, 16)
  await fc.assert(
    fc.asyncProperty(filters, async ({ from, to, ...rest }) => {
      const times = {
        ...(from !== undefined && { from: localTime(from) as string }),
        ...(to !== undefined && { to: localTime(to) as string }),
      }
      const query = new URLSearchParams({ ...rest, ...times } as Record<string, string>)
      const expected = expectedFor({ from, to, ...rest })
      const paged: string[] = []
      for (let next: string | undefined = `${path}?${query}`; next !== undefined;) {
        const { text } = await visit(next)
        paged.push(...idsIn(path, text))
        next = /href="([^"]+)">Older calls/.exec(text)?.[1]?.replaceAll('&amp;', '&')
      }
      expect(paged).toEqual(expected)
      const json = JSON.parse((await visit(`${path}.json?${query}`)).text) as { call_id: string }[]
      expect(json.map(({ call_id }) => call_id)).toEqual(expected)
      const csv = (await visit(`${path}.csv?${query}`)).text.split('\r\n').slice(1, -1)
      expect(csv.map((line) => line.slice(0, 36))).toEqual(expected)
    }),
    { numRuns: 60 },
  )
}, 30_000)

test('a date is a day of the zone, and the last one is included', async () => {
  const gate = createGate()
  const visit = visitor(gate)
  const path = callsPath(gate)
  const at = (time: string) => {
    const createdAt = Date.parse(time)
    return undispatched(gate, '00', { id: Bun.randomUUIDv7('hex', createdAt), createdAt }).id
  }
  const before = at('2026-01-09T22:59:59Z')
  const first = at('2026-01-09T23:00:00Z')
  const last = at('2026-01-10T22:59:59Z')
  const after = at('2026-01-10T23:00:00Z')
  const day = 'from=2026-01-10&to=2026-01-10'
  expect(idsIn(path, (await visit(`${path}?${day}&zone=Europe/Berlin`)).text)).toEqual([last, first])
  expect(idsIn(path, (await visit(`${path}?${day}`)).text)).toEqual([after, last])
  expect(idsIn(path, (await visit(`${path}?to=2026-01-09`)).text)).toEqual([first, before])
  for (const wrong of [
    'from=2026-02-31',
    'to=0000-00-00',
    'from=yesterday',
    'zone=Mars/Base',
    'to=9999-99-99',
  ])
    expect([wrong, (await visit(`${path}?${wrong}`)).status]).toEqual([wrong, 400])
})

test('a date without a zone is a day of the account’s zone, else of the browser’s, and every link from there names the zone', async () => {
  const gate = createGate()
  const path = callsPath(gate)
  const at = (time: string) => {
    const createdAt = Date.parse(time)
    return undispatched(gate, '00', { id: Bun.randomUUIDv7('hex', createdAt), createdAt }).id
  }
  const first = at('2026-01-09T18:30:00Z')
  const last = at('2026-01-10T18:29:59Z')
  at('2026-01-10T18:30:00Z')
  const readers = {
    account: visitor(gate, { account: 'Asia/Kolkata', browser: 'America/New_York' }),
    browser: visitor(gate, { browser: 'Asia/Kolkata' }),
  }
  for (const [name, visit] of Object.entries(readers)) {
    const { text } = await visit(`${path}?from=2026-01-10&to=2026-01-10`)
    expect([name, idsIn(path, text)]).toEqual([name, [last, first]])
    expect(text).toContain('aria-label="Remove filter: From 2026-01-10 Asia/Kolkata"')
    expect(text).toContain('<option selected>Asia/Kolkata</option>')
    const dated = [...text.matchAll(/href="([^"]*[?&;](?:from|to)=[^"]*)"/g)].map(([, href]) => href)
    expect(dated.filter((href) => !href?.includes('zone=Asia%2FKolkata'))).toEqual([])
    // Somebody elsewhere who opens the link that the form made, or the file, sees the same calls.
    const elsewhere = visitor(gate, { account: 'America/New_York' })
    const form = await elsewhere(`${path}?from=2026-01-10&to=2026-01-10&zone=Asia%2FKolkata`)
    expect(idsIn(path, form.text)).toEqual([last, first])
    const file = dated.find((href) => href?.includes('calls.csv'))?.replaceAll('&amp;', '&') ?? ''
    const lines = (await elsewhere(file)).text.split('\r\n').slice(1, -1)
    expect(lines.map((line) => line.split(',').slice(0, 2))).toEqual([
      [last, '2026-01-10T18:29:59.000Z'],
      [first, '2026-01-09T18:30:00.000Z'],
    ])
  }
})

test('a bar of a chart leads to the calls of its time, whatever the reader’s zone is', async () => {
  const gate = createGate()
  const { call_id: id } = (await (await gate.trigger()).json()) as { call_id: string }
  await gate.clock.advance(hourMs)
  await gate.trigger()
  const visit = visitor(gate, { account: 'Asia/Kolkata' })
  const { text } = await visit(`/admin/agencies/${gate.agency.id}/usage?range=day&chart=calls`)
  const [, href = ''] = /<a href="(calls[^"]+)"[^>]*><title>17:30–18:30:/.exec(text) ?? []
  expect(href).toContain('from=2026-01-15T17:30&amp;to=2026-01-15T18:30&amp;zone=Asia%2FKolkata')
  const list = await visit(`/admin/agencies/${gate.agency.id}/${href.replaceAll('&amp;', '&')}`)
  expect(idsIn(callsPath(gate), list.text)).toEqual([id])
})

test('the link to a span of time holds exactly that span, also where clocks go back', () => {
  const zones = Intl.supportedValuesOf('timeZone')
  const minuteMs = 60_000
  const minute = fc.integer({ min: 0, max: 35 * 366 * 24 * 60 }).map((minutes) => minutes * minuteMs)
  fc.assert(
    fc.property(fc.constantFrom(...zones), minute, fc.integer({ min: 1, max: 90 }), (zone, from, length) => {
      const span = { from, to: from + length * minuteMs }
      expect(spanOf(localSpanOf(span, zone))).toEqual(span)
    }),
  )
  const hourThatComesTwice = {
    from: Date.parse('2026-10-25T01:00:00Z'),
    to: Date.parse('2026-10-25T02:00:00Z'),
  }
  expect(localSpanOf(hourThatComesTwice, 'Europe/Berlin').zone).toBe('UTC')
  expect(spanOf(localSpanOf(hourThatComesTwice, 'Europe/Berlin'))).toEqual(hourThatComesTwice)
})

test('each filter that is set is a chip, whose link is the list without it', async () => {
  const { gate, visit } = await seeded()
  const path = callsPath(gate)
  const { text } = await visit(
    `${path}?number=%2B1+555+1234500&status=busy&from=2026-01-01&zone=Europe/Berlin`,
  )
  const chips = [...text.matchAll(/class="tag chip" href="([^"]+)" aria-label="([^"]+)"/g)]
  expect(chips.map(([, href, label]) => [label, href?.replaceAll('&amp;', '&')])).toEqual([
    ['Remove filter: Number: +1 555 1234500', `${path}?status=busy&from=2026-01-01&zone=Europe%2FBerlin`],
    ['Remove filter: Busy', `${path}?number=%2B1+555+1234500&from=2026-01-01&zone=Europe%2FBerlin`],
    ['Remove filter: From 2026-01-01 Europe/Berlin', `${path}?number=%2B1+555+1234500&status=busy`],
  ])
})

test('how many match is said before they are downloaded', async () => {
  const { gate, visit } = await seeded()
  const path = callsPath(gate)
  const text = async (query: string) => (await visit(`${path}?${query}`)).text.replaceAll(/<[^>]+>/g, ' ')
  expect(await text('')).toMatch(/90 calls\s/)
  expect(await text('status=busy')).toMatch(/11 calls match/)
})

test('a text that is no number matches no call, in the list and in the files', async () => {
  const { gate, visit } = await seeded()
  const path = callsPath(gate)
  expect((await visit(`${path}?number=nobody`)).text).toContain('No calls match these filters')
  expect(JSON.parse((await visit(`${path}.json?number=nobody`)).text)).toEqual([])
  expect((await visit(`${path}.csv?number=nobody`)).text.split('\r\n')).toHaveLength(2)
})

test('an outcome has an index, and so has its count', () => {
  const gate = createGate()
  const query = { environmentId: gate.production.id, reasonCode: 'voicemail' } as const
  const { calls } = gate.services
  for (const read of [
    () => atOnce(calls.page({ ...query, limit: 25 })),
    () => atOnce(calls.count(query, 100)),
  ])
    expect(plansOf(gate, read).join('; ')).toContain('calls_reason (environment_id=? AND reason_code=?')
  const agent = { ...query, agentId: gate.agent.id, from: 0, to: gate.clock.now() }
  expect(plansOf(gate, () => atOnce(calls.count(agent, 100))).join('; ')).toContain(
    'calls_reason (environment_id=?',
  )
  expect(
    plansOf(gate, () => atOnce(calls.count({ environmentId: gate.production.id }, 100))).join('; '),
  ).toContain('calls_environment (environment_id=?)')
})
