import { expect, test } from 'bun:test'
import { actedBy } from '../../src/audit.ts'
import { listAudit } from '../../src/audit/operations/list.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { adminOf } from '../support/actors.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const open = () => {
  const gate = createGate()
  const { agencies, audit, perform } = gate.services
  const other = atOnce(agencies.create('Other', 'agency', 0))
  const entry = { ...actedBy(commandLineActor, gate.clock.now()), action: 'agent.created' } as const
  atOnce(audit.record({ ...entry, agency: gate.agency.id, environment: 'staging', target: 'Ours' }))
  atOnce(audit.record({ ...entry, agency: other.id, target: 'Theirs' }))
  atOnce(audit.record({ ...entry, target: 'Nobody’s' }))
  const list = (input: object = {}, actor = commandLineActor) => perform(listAudit, input, actor)
  const targets = async (...of: Parameters<typeof list>) => (await list(...of)).map(({ target }) => target)
  return { ...gate, other, list, targets }
}

test('whoever is bound to one agency sees its lines and no other, however they ask', async () => {
  const { agency, other, targets } = open()
  expect(await targets({}, adminOf(agency.id))).toEqual(['Ours'])
  expect(await targets({ agency: 'Acme' }, adminOf(agency.id))).toEqual(['Ours'])
  expect(targets({ agency: other.id }, adminOf(agency.id))).rejects.toMatchObject({ reason: 'not_found' })
})

test('an operator sees all, newest first, or one agency’s', async () => {
  const { targets } = open()
  expect(await targets()).toEqual(['Nobody’s', 'Theirs', 'Ours'])
  expect(await targets({ agency: 'Other' })).toEqual(['Theirs'])
})

test('a page goes on where the one before it ended', async () => {
  const { list, targets } = open()
  const [first] = await list({ limit: 1 })
  expect(await targets({ limit: 1, before: first?.id })).toEqual(['Theirs'])
})

test('a line says when, who, from where, of which agency and what', async () => {
  const { agency, list } = open()
  expect(await list({ agency: agency.id })).toEqual([
    {
      id: expect.any(String),
      at: '2026-01-15T12:00:00.000Z',
      actor: 'command line',
      actor_id: null,
      actor_role: 'operator',
      address: null,
      agency: agency.id,
      agency_name: 'Acme',
      environment: 'staging',
      action: 'agent.created',
      target: 'Ours',
      times: null,
    },
  ])
})
