import { expect, test } from 'bun:test'
import { actedBy } from '../../src/audit.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const byNobody = actedBy(commandLineActor, 1)
const targets = (gate: Gate, page: Parameters<Gate['services']['audit']['list']>[0]) =>
  atOnce(gate.services.audit.list(page)).map(({ target }) => target)

test('a change and its line are kept together or not at all', () => {
  const gate = createGate()
  const { audit, environments } = gate.services
  const failing = () => {
    atOnce(environments.disableAccess(gate.production.id, 'admin'))
    throw new Error('no')
  }
  expect(() => atOnce(audit.change(failing, { ...byNobody, action: 'access.disabled' }))).toThrow('no')
  gate.database.sqlite.run(
    'create trigger full before insert on audit begin select raise(abort, "full"); end',
  )
  const changing = () => environments.disableAccess(gate.production.id, 'admin')
  expect(() => atOnce(audit.change(changing, { ...byNobody, action: 'access.disabled' }))).toThrow('full')
  expect(gate.environment('production').accessDisabledBy).toBeNull()
  expect(atOnce(audit.list({ limit: 10 }))).toEqual([])
})

test('an undone change is undone for the next request too', async () => {
  const gate = createGate()
  const { audit, environments } = gate.services
  gate.database.sqlite.run(
    'create trigger full before insert on audit begin select raise(abort, "full"); end',
  )
  const changing = () => environments.disableAccess(gate.production.id, 'admin')
  expect(() => atOnce(audit.change(changing, { ...byNobody, action: 'access.disabled' }))).toThrow()
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
})

test('lines come newest first, by agency or all, page by page', () => {
  const gate = createGate()
  const { audit } = gate.services
  for (const [target, agency] of [
    ['1', gate.agency.id],
    ['2', null],
    ['3', 'another'],
    ['4', gate.agency.id],
    ['5', gate.agency.id],
  ] as const)
    atOnce(audit.record({ ...byNobody, action: 'key.generated', target, agency }))
  expect(targets(gate, { limit: 10 })).toEqual(['5', '4', '3', '2', '1'])
  expect(targets(gate, { agency: gate.agency.id, limit: 2 })).toEqual(['5', '4'])
  const before = atOnce(audit.list({ agency: gate.agency.id, limit: 2 })).at(-1)?.id
  expect(targets(gate, { agency: gate.agency.id, before, limit: 2 })).toEqual(['1'])
})
