import { expect, test } from 'bun:test'
import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import type { AlarmKind } from '../../../src/alarms/alarm.ts'
import { createReadAlarms } from '../../../src/alarms/read-alarms.ts'
import { cureOf } from '../../../src/http/admin/overview/cures.ts'
import { type Arranged, cases } from '../../support/alarm-cases.ts'
import { temporaryDirectory } from '../../support/directory.ts'
import { createGate } from '../../support/gate.ts'
import { createHealthy } from '../../support/healthy.ts'
import { enter } from '../../support/page.ts'
import { dayMs } from '../../support/spans.ts'

const arranged = Object.keys(cases) as Arranged[]

test.each(arranged)('%s is an alarm exactly while it is so, and its link leads to its cure', async (kind) => {
  const { gate, operator } = createHealthy()
  const { alarms, people } = gate.services
  const found = () => alarms.of(operator.person).map((alarm) => alarm.kind)
  expect(found()).toEqual([])
  await cases[kind].arise(gate, operator.person.id)
  expect(found()).toEqual([kind])

  people.setFactorAudience('nobody')
  const { cookie } = enter(gate, { role: 'operator' })
  const visit = (path: string) => gate.request(path, { headers: { cookie } })
  const html = await (await visit('/admin')).text()
  const [says = ''] = alarms
    .of(operator.person)
    .filter((alarm) => alarm.kind === kind)
    .map((alarm) => alarm.says)
  const item = html.split('<li').find((part) => part.includes(says.replaceAll('&', '&amp;'))) ?? ''
  const href = /<a href="([^"]+)"/.exec(item)?.[1] ?? ''
  const cure = await visit(href)
  expect(cure.status).toBe(200)
  expect(await cure.text()).toContain(cases[kind].page)
  if (kind !== 'second_factor_optional') people.setFactorAudience('operators')

  await cases[kind].cure(gate, operator.person.id)
  expect(found()).toEqual([])
})

test('a setting that should be changed is an alarm, and its link leads to what is said of it', async () => {
  const { gate, operator } = createHealthy()
  expect(gate.services.alarms.of(operator.person)).toEqual([])
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
  const found = alarms.of(operator.person)
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
  gate.services.usage.flush()
  expect(gate.services.leases.count(gate.production.id)).toBe(0)
  expect(gate.services.alarms.of(operator.person)).toEqual([])
})

test('the worst is first, and of many alike the first three are listed and the others counted', async () => {
  const { gate, operator } = createHealthy()
  const { agencies, alarms, environments } = gate.services
  for (let made = 0; made < 5; made++) {
    const agency = agencies.create(`Agency ${made}`, 'agency', gate.clock.now())
    gate.issue(environments.find(agency.id, 'production')?.id)
  }
  await gate.authorized(`/api/v1/key?api_key=${gate.key}`)
  const all = alarms.of(operator.person)
  expect(all.map(({ kind, level, count }) => [kind, level, count])).toEqual([
    ['exposed_key', 'error', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 1],
    ['no_default_agent', 'warning', 2],
  ])
  expect(alarms.count(operator.person)).toBe(6)
})

test('old keys are counted in all agencies, and a deleted agency has none', async () => {
  const { gate, operator } = createHealthy()
  const { agencies, alarms, environments, keys } = gate.services
  const made = [1, 2, 3, 4].map((at) => agencies.create(`Agency ${at}`, 'agency', gate.clock.now()))
  for (const { id } of made) {
    const production = environments.find(id, 'production')
    environments.setDefaultAgent(production?.id ?? '', gate.agent.id)
    gate.issue(production?.id)
  }
  await gate.clock.advance(91 * dayMs)
  const counts = () => alarms.of(operator.person).map(({ kind, count }) => `${kind} ${count}`)
  const three = Array.from({ length: 3 }, () => 'key_over_age 1')
  expect(counts()).toEqual([...three, 'key_over_age 2'])
  const [gone] = made
  keys.removeOf(gone?.id ?? '')
  agencies.remove(gone?.id ?? '', gate.clock.now())
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
