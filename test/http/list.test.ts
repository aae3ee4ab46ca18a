import { expect, test } from 'bun:test'
import { cursorAfter } from '../../src/http/cursor.ts'
import { callsOf } from '../../src/calls/operations/list.ts'
import { type Answer, answer, createGate, type Gate } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { statementsDuring } from '../support/statements.ts'
import { expectRefusal } from '../support/refusal.ts'
import { atOnce } from '../../src/work.ts'

interface Page extends Omit<Answer, 'data'> {
  data: { call_id: string; status: string }[]
  next_cursor: string | null
}

const list = async (gate: Gate, query = '', token = gate.key) =>
  (await (await gate.authorized(`/api/v1/calls${query}`, {}, token)).json()) as Page

const triggerMany = async (gate: Gate, scenarios: string[]) => {
  const ids: string[] = []
  for (const scenario of scenarios) {
    ids.push((await answer(await gate.trigger(scenario))).call_id ?? '')
    await gate.clock.advance(1)
  }
  return ids
}

test('lists an environment’s calls, newest first, in pages that miss and repeat none', async () => {
  const gate = createGate({ concurrentCalls: 100 })
  const ids = await triggerMany(
    gate,
    Array.from({ length: 25 }, () => '07'),
  )
  const seen: string[] = []
  let query = '?limit=10'
  const sizes: number[] = []
  for (;;) {
    const { data, next_cursor } = await list(gate, query)
    sizes.push(data.length)
    seen.push(...data.map(({ call_id }) => call_id))
    if (next_cursor === null) break
    query = `?limit=10&cursor=${next_cursor}`
  }
  expect(sizes).toEqual([10, 10, 5])
  expect(seen).toEqual(ids.toReversed())
})

test('a page is stable while calls are added', async () => {
  const gate = createGate({ concurrentCalls: 100 })
  const ids = await triggerMany(gate, ['07', '07', '07', '07'])
  const first = await list(gate, '?limit=2')
  await triggerMany(gate, ['07', '07'])
  const second = await list(gate, `?limit=2&cursor=${first.next_cursor}`)
  expect([...first.data, ...second.data].map(({ call_id }) => call_id)).toEqual(ids.toReversed())
})

test('20 at a time unless told otherwise, and no cursor after a page that is exactly full', async () => {
  const gate = createGate({ concurrentCalls: 100 })
  await triggerMany(
    gate,
    Array.from({ length: 20 }, () => '07'),
  )
  const page = await list(gate)
  expect([page.data.length, page.next_cursor]).toEqual([20, null])
})

test('filters by status', async () => {
  const gate = createGate()
  const [busy, up] = await triggerMany(gate, ['01', '07'])
  await gate.clock.advance(5000)
  expect((await list(gate, '?status=busy')).data.map(({ call_id }) => call_id)).toEqual([busy ?? ''])
  expect((await list(gate, '?status=in_progress')).data.map(({ call_id }) => call_id)).toEqual([up ?? ''])
  expect((await list(gate, '?status=completed')).data).toEqual([])
})

test('shows no call of another environment or agency', async () => {
  const gate = createGate()
  await triggerMany(gate, ['07'])
  const other = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  for (const id of [gate.environment('staging').id, gate.environment('production', other.id).id])
    expect((await list(gate, '', gate.issue(id))).data).toEqual([])
})

test.each([
  ['?limit=0', 'limit'],
  ['?limit=101', 'limit'],
  ['?limit=1e1', 'limit'],
  ['?status=gone', 'status'],
  ['?status={"a":1}', 'status'],
  ['?cursor=zzz', 'cursor'],
  ['?phone_number=5551234567', 'phone_number'],
  ['?phone_number=%2B1555abc4567', 'phone_number'],
  ['?agent_id=ann', 'agent_id'],
  ['?from=yesterday', 'from'],
  ['?from=2026-01-15T12:00:00', 'from'],
  ['?to=2026-02-30T12:00:00Z', 'to'],
  ['?status=busy&status=failed', 'status'],
])('%s is refused, naming the parameter', async (query, name) => {
  const gate = createGate()
  const { sentence, param } = await expectRefusal(
    await gate.authorized(`/api/v1/calls${query}`),
    400,
    'invalid_query',
  )
  expect(sentence).toStartWith(`Invalid query: ${name} must be`)
  expect(param).toBe(name)
})

test('filters by number, agent and time, and by all of them together', async () => {
  const gate = createGate({ concurrentCalls: 100 })
  const other = atOnce(
    gate.services.agents.create(gate.agency.id, { name: 'Bob', provider: 'simulator' }, gate.clock.now()),
  )
  const trigger = async (phone_number: string, agent_id = gate.agent.id) => {
    const at = new Date(gate.clock.now()).toISOString()
    const { call_id } = await answer(await gate.postJson('/api/v1/calls/trigger', { phone_number, agent_id }))
    await gate.clock.advance(1000)
    return { id: call_id ?? '', at }
  }
  const one = await trigger('+15551234507')
  const two = await trigger('+15559876507')
  const three = await trigger('+15551234507', other.id)
  const four = await trigger('+15551234501')
  const ids = async (query: string) => (await list(gate, query)).data.map(({ call_id }) => call_id)
  const berlin = (at: string) => encodeURIComponent(at.replace('T12', 'T13').replace('Z', '+01:00'))
  expect(await ids('?phone_number=%2B15551234507')).toEqual([three.id, one.id])
  // A plus that is not percent-encoded is a space in a query.
  expect(await ids('?phone_number=+15551234507')).toEqual([three.id, one.id])
  expect(await ids(`?agent_id=${other.id.toUpperCase()}`)).toEqual([three.id])
  expect(await ids(`?from=${two.at}`)).toEqual([four.id, three.id, two.id])
  expect(await ids(`?to=${two.at}`)).toEqual([one.id])
  expect(await ids(`?from=${two.at}&to=${four.at}`)).toEqual([three.id, two.id])
  expect(await ids(`?from=${berlin(two.at)}&to=${berlin(four.at)}`)).toEqual([three.id, two.id])
  expect(await ids(`?to=${two.at}&from=${four.at}`)).toEqual([])
  expect(await ids('?from=1900-01-01T00:00:00Z&to=9999-12-31T23:59:59Z')).toHaveLength(4)
  await gate.clock.advance(5000)
  const all = `?phone_number=%2B15551234507&agent_id=${gate.agent.id}&from=${one.at}&to=${four.at}`
  expect(await ids(`${all}&status=in_progress`)).toEqual([one.id])
  expect(await ids(`${all}&status=busy`)).toEqual([])
})

test('no filter reads the calls that it leaves out: each has an index, and a time is a span of one', async () => {
  const gate = createGate()
  const plan = async (query: string) => {
    const statements = await statementsDuring(gate, () => gate.authorized(`/api/v1/calls${query}`))
    return statements
      .filter((statement) => statement.includes('octet_length'))
      .flatMap((select) =>
        gate.database.sqlite.query<{ detail: string }, []>(`explain query plan ${select}`).all(),
      )
      .map(({ detail }) => detail)
      .join('; ')
  }
  const number = 'phone_number=%2B15551234507'
  const agent = `agent_id=${gate.agent.id}`
  const times = 'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z'
  expect(await plan('')).toContain('calls_environment (environment_id=?)')
  expect(await plan(`?${times}`)).toContain('calls_environment (environment_id=? AND id>? AND id<?)')
  const cursor = `cursor=${cursorAfter(crypto.randomUUID())}`
  for (const also of ['', '&status=completed', `&${times}`, `&${cursor}`]) {
    expect(await plan(`?${number}${also}`)).toContain('calls_to_number (phone_number=? AND environment_id=?')
    expect(await plan(`?${agent}${also}`)).toContain('calls_of_agent (agent_id=?')
    expect(await plan(`?${agent}&${number}${also}`)).toContain(
      'calls_to_number (phone_number=? AND environment_id=?',
    )
  }
  expect(await plan(`?${agent}&${times}`)).toContain('calls_of_agent (agent_id=? AND id>? AND id<?)')
  // Active calls are few, and those of an environment have one index for all questions.
  for (const also of ['', `&${number}`, `&${agent}`, '&status=in_progress'])
    expect(await plan(`?${cursor}${also}`)).toContain('calls_active (environment_id=? AND id<?)')
  expect(await plan(`?${agent}&${number}&status=in_progress`)).toBe(
    'SEARCH calls USING INDEX calls_active (environment_id=?)',
  )
  expect(await plan(`?status=completed&${times}`)).toContain(
    'calls_outcome (environment_id=? AND status=? AND id>? AND id<?)',
  )
})

const large = {
  summary: 'x'.repeat(16_000),
  transcript: [{ role: 'agent' as const, content: 'y'.repeat(250_000) }],
}

test('a page ends before it is too large, and the pages miss and repeat none', async () => {
  const gate = createGate()
  const ids = Array.from({ length: 40 }, () => undispatched(gate, '00', large).id).toReversed()
  const listed: string[] = []
  for (let query = '?limit=100'; ;) {
    const response = await gate.authorized(`/api/v1/calls${query}`)
    const text = await response.text()
    expect(text.length).toBeLessThan(2 * 1024 * 1024)
    const { data, next_cursor } = JSON.parse(text) as {
      data: { call_id: string }[]
      next_cursor: string | null
    }
    expect(data).not.toBeEmpty()
    listed.push(...data.map(({ call_id }) => call_id))
    if (next_cursor === null) break
    query = `?limit=100&cursor=${next_cursor}`
  }
  expect(listed).toEqual(ids)
})

test('a page of both environments ends before it is too large, and misses none', () => {
  const gate = createGate()
  const staging = { environmentId: gate.environment('staging').id, summary: null, transcript: null }
  const ids = Array.from(
    { length: 40 },
    (_, at) => undispatched(gate, '00', { ...large, ...(at % 3 === 0 ? staging : {}) }).id,
  ).toReversed()
  const listed: string[] = []
  for (let before: string | undefined; ; before = listed.at(-1)) {
    const { found, hasMore } = atOnce(callsOf(gate.services, gate.agency.id, { before, limit: 100 }))
    expect(JSON.stringify(found).length).toBeLessThan(2.5 * 1024 * 1024)
    listed.push(...found.map(({ call }) => call.id))
    if (!hasMore) break
  }
  expect(listed).toEqual(ids)
})
