import { expect, test } from 'bun:test'
import { Denials } from '../../src/audit/denials.ts'
import { listPeople } from '../../src/people/operations/people.ts'
import { createToken } from '../../src/people/operations/tokens.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { FixedClock } from '../support/clock.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { createOperator, enter, operator, postForm } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

const minute = 60_000
const linesOf = ({ services }: Gate, action: string) =>
  atOnce(services.audit.list({ limit: 100 })).filter((line) => line.action === action)

test('failed sign-ins from an address are one entry a minute, with their count and the accounts that exist', async () => {
  const gate = createGate()
  await createOperator(gate)
  const signIn = (email: string) => postForm(gate, '/admin/sign-in', { email, password: 'not the password' })
  for (const email of [operator.email, 'typed-password-123', operator.email, operator.email])
    await signIn(email)
  expect(linesOf(gate, 'sign_in.failed')).toEqual([])
  await gate.clock.advance(minute)
  expect(linesOf(gate, 'sign_in.failed')).toMatchObject([
    {
      actor: 'somebody',
      actorId: null,
      actorRole: null,
      target: `${operator.email}, an unknown account`,
      times: 4,
    },
  ])
  expect(JSON.stringify(linesOf(gate, 'sign_in.failed'))).not.toContain('typed-password')
  await signIn(operator.email)
  await gate.clock.advance(minute)
  expect(linesOf(gate, 'sign_in.failed').map(({ times }) => times)).toEqual([1, 4])
})

test('an operation that is denied at the page, at the admin API or by a permission names who asked', async () => {
  const gate = createGate()
  const { person, cookie } = enter(gate, { agencyId: gate.agency.id, email: 'admin@example.com' })
  const page = await gate.request('/admin/people', { headers: { cookie } })
  const form = postForm(gate, '/admin/people/invite', {}, { cookie, 'sec-fetch-site': 'same-origin' })
  const { token, id } = await gate.services.perform(
    createToken,
    { name: 'ci', permission: ['key.*'] },
    commandLineActor,
  )
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const api = await gate.request('/api/admin/v1/agency.list', { method: 'POST', headers, body: '{}' })
  expect([page.status, (await form).status, api.status]).toEqual([403, 403, 403])
  await gate.clock.advance(minute)
  const lines = linesOf(gate, 'operation.denied').toSorted((a, b) => a.actor.localeCompare(b.actor))
  expect(lines).toMatchObject([
    {
      actor: 'admin@example.com',
      actorId: person.id,
      actorRole: 'admin',
      agencyId: gate.agency.id,
      target: 'GET /admin/people, POST /admin/people/invite',
      times: 2,
    },
    {
      actor: 'token ci',
      actorId: id,
      actorRole: 'operator',
      agencyId: null,
      target: 'agency.list',
      times: 1,
    },
  ])
})

test('a denied operation is counted, and one that is allowed is not', async () => {
  const gate = createGate()
  const admin = { ...commandLineActor, name: 'a', role: 'admin', agencyId: gate.agency.id } as const
  const denied = gate.services.perform(listPeople, {}, admin)
  await expect(denied).rejects.toThrow('Only an operator can do this')
  await gate.services.perform(listPeople, {}, commandLineActor)
  gate.services.halt()
  expect(linesOf(gate, 'operation.denied')).toMatchObject([{ actor: 'a', target: 'person.list', times: 1 }])
})

test('a hook with a wrong signature is an entry of the account’s agency', async () => {
  const gate = createGate()
  const credentials = { api_key: 'x', hook_secret: 'a secret of the hook' }
  const given = { agencyId: gate.agency.id, provider: 'vapi', baseUrl: null, credentials }
  const { id } = atOnce(gate.services.accounts.save(given, 1))
  for (let forged = 0; forged < 3; forged++) {
    const sent = await gate.request(`/hooks/vapi/${id}`, { method: 'POST', body: '{}' })
    expect(sent.status).toBe(401)
  }
  await gate.clock.advance(minute)
  expect(linesOf(gate, 'hook.rejected')).toMatchObject([
    { actor: 'somebody as vapi', agencyId: gate.agency.id, target: id, times: 3 },
  ])
})

test('a flood from ever new addresses makes a bounded number of entries, and loses no attempt', async () => {
  const written: { times?: number }[] = []
  const clock = new FixedClock()
  const audit = {
    *recordAll(entries: { times?: number }[]) {
      return void written.push(...entries)
    },
  }
  const denials = new Denials({ audit, clock, log: { warn: () => {} } })
  for (let number = 0; number < 5000; number++) {
    const actor = { name: 'somebody', address: `2001:db8::${number.toString(16)}` }
    denials.count({ action: 'sign_in.failed', actor, agency: null, target: 'an unknown account' })
  }
  await clock.advance(minute)
  expect(written).toHaveLength(201)
  expect(written.reduce((sum, { times = 0 }) => sum + times, 0)).toBe(5000)
})

test('what cannot be written is written a minute later', async () => {
  const written: unknown[] = []
  const clock = new FixedClock()
  let isFull = true
  const recordAll = function* (entries: unknown[]) {
    if (isFull) throw new Error('full')
    written.push(...entries)
  }
  const denials = new Denials({ audit: { recordAll }, clock, log: { warn: () => {} } })
  const actor = { name: 'somebody', address: '192.0.2.1' }
  denials.count({ action: 'sign_in.failed', actor, agency: null, target: 'an unknown account' })
  await clock.advance(minute)
  isFull = false
  await clock.advance(minute)
  expect(written).toMatchObject([{ times: 1 }])
})

test('every entry of the audit is a line of the log, with who did it', async () => {
  const facts: Record<string, unknown>[] = []
  const log = {
    ...quiet,
    info: (_: string, more?: Record<string, unknown>) =>
      void (more?.['event'] === 'audit' && facts.push(more)),
  }
  const gate = createGate({ log })
  await createOperator(gate)
  expect(facts).toMatchObject([
    { action: 'person.joined', actor: operator.email, actor_id: expect.any(String), actor_role: 'operator' },
  ])
})

const quiet = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  writes: () => false,
  request: () => {},
}
