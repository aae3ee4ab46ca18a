import { expect, test } from 'bun:test'
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { AlarmKind } from '../../../src/alarms/alarm.ts'
import { createReadAlarms } from '../../../src/alarms/read-alarms.ts'
import { type PlaceKind, placeKinds } from '../../../src/alarms/place-alarms.ts'
import { cureOf } from '../../../src/http/admin/overview/cures.ts'
import { type Arranged, cases } from '../../support/alarm-cases.ts'
import { temporaryDirectory } from '../../support/directory.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { createHealthy, withFactor } from '../../support/healthy.ts'
import { enter } from '../../support/page.ts'
import { dayMs } from '../../support/spans.ts'
import { atOnce } from '../../../src/work.ts'

const arranged = Object.keys(cases) as Arranged[]

test.each(arranged)('%s is an alarm exactly while it is so, and its link leads to its cure', async (kind) => {
  const { gate, operator } = createHealthy()
  const { alarms, people } = gate.services
  const found = () => atOnce(alarms.of(operator.person)).map((alarm) => alarm.kind)
  expect(found()).toEqual([])
  await cases[kind].arise(gate, operator.person.id)
  expect(found()).toEqual([kind])

  atOnce(people.setFactorAudience('nobody'))
  const { cookie } = enter(gate, { role: 'operator' })
  const visit = (path: string) => gate.request(path, { headers: { cookie } })
  const html = await (await visit('/admin')).text()
  const [says = ''] = atOnce(alarms.of(operator.person))
    .filter((alarm) => alarm.kind === kind)
    .map((alarm) => alarm.says)
  const item = html.split('<li').find((part) => part.includes(says.replaceAll('&', '&amp;'))) ?? ''
  const href = /<a href="([^"]+)"/.exec(item)?.[1] ?? ''
  const cure = await visit(href)
  expect(cure.status).toBe(200)
  expect(await cure.text()).toContain(cases[kind].page)
  if (kind !== 'second_factor_optional') atOnce(people.setFactorAudience('operators'))

  await cases[kind].cure(gate, operator.person.id)
  expect(found()).toEqual([])
})

/** The same gate, with a new agency, its production and its key in the place of the first ones. */
const inAgency = (gate: Gate, name: string): Gate => {
  const { agencies, agents, environments } = gate.services
  const agency = atOnce(agencies.create(name, 'agency', gate.clock.now()))
  const agent = atOnce(agents.create(agency.id, { name: 'Ann', provider: 'simulator' }, gate.clock.now()))
  const production = gate.environment('production', agency.id)
  atOnce(environments.setDefaultAgent(production.id, agent.id))
  const issue = (id = production.id) => gate.issue(id)
  const key = issue()
  const authorized: Gate['authorized'] = (target, init, token = key) => gate.authorized(target, init, token)
  const trigger: Gate['trigger'] = (scenario, token = key) => gate.trigger(scenario, token)
  return { ...gate, agency, agent, production, issue, key, authorized, trigger }
}

test.each(Object.keys(placeKinds) as PlaceKind[])(
  'the link to more of %s leads to exactly the agencies in which it is so, each with its cure',
  async (kind) => {
    const { gate, operator } = createHealthy()
    const alarmed = [1, 2, 3, 4, 5].map((at) => inAgency(gate, `Agency ${at}`))
    for (const each of alarmed) await cases[kind].arise(each, operator.person.id)
    inAgency(gate, 'Agency without an alarm')
    const { cookie } = withFactor(gate, enter(gate, { role: 'operator' }))
    const page = async (path: string) => (await gate.request(path, { headers: { cookie } })).text()
    const item = (await page('/admin'))
      .split('<li')
      .find((part) => part.includes(` more: ${placeKinds[kind]}.`))
    const href = /<a href="([^"]+)"/.exec(item ?? '')?.[1] ?? ''
    const list = await page(href.replaceAll('&amp;', '&'))
    const rows = [...list.matchAll(/<td class="name"[^>]*><a href="[^"]+">([^<]+)<.*?<\/tr>/gs)]
    // The clock that made their keys old made that of the first agency old too.
    const expected = [
      ...(kind === 'key_over_age' ? ['Acme'] : []),
      ...alarmed.map(({ agency }) => agency.name),
    ]
    expect(rows.map(([, name]) => name)).toEqual(expected)
    for (const { agency, production } of alarmed) {
      const place = atOnce(gate.services.alarms.of(operator.person, agency.id)).find(
        (each) => each.kind === kind,
      )
      if (!place) throw new Error('no alarm in the agency')
      expect(place.place?.environment).toBe(production.name)
      const row = rows.find(([, name]) => name === agency.name)?.[0] ?? ''
      expect(row).toContain(`href="${cureOf(place).href.replaceAll('&', '&amp;')}"`)
    }
    expect(list).toContain('Remove filter: ')
    expect(href).toBe(`/admin/agencies?alarm=${kind}`)
  },
)

test('the agencies with an alarm are searched, sorted and paged as all are', async () => {
  const { gate } = createHealthy()
  for (let at = 0; at < 60; at++)
    atOnce(gate.services.environments.disableAccess(inAgency(gate, `Agency ${at}`).production.id, 'admin'))
  const { cookie } = withFactor(gate, enter(gate, { role: 'operator' }))
  const page = async (path: string) => (await gate.request(path, { headers: { cookie } })).text()
  const names = (html: string) =>
    [...html.matchAll(/<td class="name"[^>]*><a href="[^"]+">([^<]+)</g)].map(([, name]) => name)
  const first = await page('/admin/agencies?alarm=access_disabled&sort=name&order=desc')
  expect(names(first)).toHaveLength(50)
  expect(Buffer.byteLength(first)).toBeLessThan(60 * 1024)
  const [, next = ''] = /href="([^"]+)">Next page/.exec(first) ?? []
  const all = [...names(first), ...names(await page(next.replaceAll('&amp;', '&')))]
  expect(all).toEqual(
    Array.from({ length: 60 }, (_, at) => `Agency ${at}`)
      .toSorted()
      .toReversed(),
  )
  expect(names(await page('/admin/agencies?alarm=access_disabled&q=agency+59'))).toEqual(['Agency 59'])
  expect(names(await page('/admin/agencies?alarm=access_disabled&q=acme'))).toEqual([])
  expect(await page('/admin/agencies?alarm=leaked_key')).toContain(
    'No agency needs attention for this reason.',
  )
})

test('on the page of one agency, everything that is wrong there is listed', async () => {
  const { gate, operator } = createHealthy()
  const keys = [gate.key, ...Array.from({ length: 4 }, () => gate.issue())]
  gate.issue()
  for (const key of keys) await gate.authorized('/api/v1/key', {}, key)
  atOnce(gate.services.usage.flush())
  const found = atOnce(gate.services.alarms.of(operator.person, gate.agency.id))
  expect(found.map(({ kind, count }) => [kind, count])).toEqual(keys.map(() => ['old_key_in_use', 1]))
})

test('a setting that should be changed is an alarm, and its link leads to what is said of it', async () => {
  const { gate, operator } = createHealthy()
  expect(atOnce(gate.services.alarms.of(operator.person))).toEqual([])
  const lax = createGate({ allowPrivateDestinations: true })
  const { cookie } = enter(lax, { role: 'operator' })
  const visit = async (path: string) => (await lax.request(path, { headers: { cookie } })).text()
  const item =
    (await visit('/admin')).split('<li').find((part) => part.includes('CALLGATE_ALLOW_PRIVATE')) ?? ''
  const href = /<a href="([^"]+)"/.exec(item)?.[1] ?? ''
  expect(await visit(href)).toContain('CALLGATE_ALLOW_PRIVATE_DESTINATIONS')
})

test.each([
  [99_999_999, ['disk_full']],
  [100_000_000, ['disk_scarce']],
  [999_999_999, ['disk_scarce']],
  [1_000_000_000, []],
])('with %d bytes left on the disk, the alarms are %p', (freeBytes, expected) => {
  const { gate, operator } = createHealthy()
  const { policy, warnings, clock } = gate.services
  const alarms = createReadAlarms({ ...gate.services, policy, warnings, clock, freeBytes: () => freeBytes })
  const found = atOnce(alarms.of(operator.person))
  expect(found.map(({ kind }) => kind)).toEqual(expected as AlarmKind[])
  for (const alarm of found) expect(cureOf(alarm).href).toBe('/docs/operate')
})

test('the space on the disk is that of the database’s directory, and unknown in memory', () => {
  using directory = temporaryDirectory()
  const { services, database } = createGate({ path: join(directory.path, 'callgate.db') })
  const { bavail, bsize } = statfsSync(directory.path)
  expect(services.freeBytes()).toBeGreaterThan(0.9 * bavail * bsize)
  expect(createGate().services.freeBytes()).toBeNull()
  database.close()
})

test('what a test asks the simulator to refuse is no alarm', async () => {
  const { gate, operator } = createHealthy()
  for (let sent = 0; sent < 5; sent++) await gate.trigger('04')
  await gate.clock.advance(1000)
  atOnce(gate.services.usage.flush())
  expect(gate.services.leases.count(gate.production.id)).toBe(0)
  expect(atOnce(gate.services.alarms.of(operator.person))).toEqual([])
})

test('the worst is first, and of many alike the first three are listed and the others counted', async () => {
  const { gate, operator } = createHealthy()
  const { agencies, alarms, environments } = gate.services
  for (let made = 0; made < 5; made++) {
    const agency = atOnce(agencies.create(`Agency ${made}`, 'agency', gate.clock.now()))
    gate.issue(atOnce(environments.find(agency.id, 'production'))?.id)
  }
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  const all = atOnce(alarms.of(operator.person))
  expect(all.map(({ kind, level, count }) => [kind, level, count])).toEqual([
    ['exposed_key', 'error', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 2],
  ])
  expect(atOnce(alarms.count(operator.person))).toBe(6)
})

test('old keys are counted in all agencies, and a deleted agency has none', async () => {
  const { gate, operator } = createHealthy()
  const { agencies, alarms, environments, keys } = gate.services
  const made = [1, 2, 3, 4].map((at) => atOnce(agencies.create(`Agency ${at}`, 'agency', gate.clock.now())))
  for (const { id } of made) {
    const production = atOnce(environments.find(id, 'production'))
    atOnce(environments.setDefaultAgent(production?.id ?? '', gate.agent.id))
    gate.issue(production?.id)
  }
  await gate.clock.advance(91 * dayMs)
  const counts = () => atOnce(alarms.of(operator.person)).map(({ kind, count }) => `${kind} ${count}`)
  const three = Array.from({ length: 3 }, () => 'key_over_age 1')
  expect(counts()).toEqual([...three, 'key_over_age 2'])
  const [gone] = made
  atOnce(keys.removeOf(gone?.id ?? ''))
  atOnce(agencies.remove(gone?.id ?? '', gate.clock.now()))
  expect(counts()).toEqual([...three, 'key_over_age 1'])
})

test('the number of alarms is on every page, as of the last half minute', async () => {
  const { gate, visit } = createHealthy()
  const shown = async () => /(\d+) alarms?</.exec(await (await visit('/admin/account')).text())?.[1]
  expect(await shown()).toBeUndefined()
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  await gate.clock.advance(30_000)
  expect(await shown()).toBe('1')
})
