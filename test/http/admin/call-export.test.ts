import { expect, test } from 'bun:test'
import { forgetPerson } from '../../../src/calls/operations/forget.ts'
import { commandLineActor } from '../../../src/people/actor.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { undispatched } from '../../support/orders.ts'
import { createOperator } from '../../support/page.ts'

const csvPath = (gate: Gate) => `/admin/agencies/${gate.agency.id}/calls.csv`
const over = { status: 'completed', endedAt: Date.parse('2026-01-15T12:01:00Z') } as const
const numbersIn = (csv: string) => [...csv.matchAll(/\+1555\d+/g)].map(([number]) => number)

test('a call is a row, with how it went and what it cost, and no formula', async () => {
  const gate = createGate({ publicUrl: 'https://calls.example.com' })
  const { visit } = await createOperator(gate)
  const { id } = undispatched(gate, '00', {
    ...over,
    answeredAt: over.endedAt - 42_000,
    durationSeconds: 42,
    answeredBy: 'machine',
    reasonCode: 'voicemail',
    name: '=HYPERLINK("https://evil.test")',
    metadata: { order: 7 },
    summary: 'They want a demo,\nsoon.',
    analysis: { plan: 'pro' },
    recordingRef: 'https://vendor.test/1.wav',
    costCents: 17,
    currency: 'EUR',
  })
  const file = await visit(csvPath(gate))
  expect(file.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present')
  expect(file.headers.get('content-disposition')).toBe('attachment; filename="calls.csv"')
  const [head, ...rows] = (await file.text()).split('\r\n')
  expect(head).toBe(
    'call_id,created_at,started_at,ended_at,environment,phone_number,from_number,name,email,agent,agent_id,provider,' +
      'status,reason_code,reason,answered_by,duration_seconds,cost_cents,currency,sentiment,summary,recording_url,' +
      'analysis,time_zone,consent,metadata',
  )
  expect(rows).toEqual([
    `${id},2026-01-15T12:00:00.000Z,2026-01-15T12:00:18.000Z,2026-01-15T12:01:00.000Z,production,'+15551234500,,` +
      `"'=HYPERLINK(""https://evil.test"")",,Ann,${gate.agent.id},simulator,completed,voicemail,,machine,42,17,EUR,,` +
      `"They want a demo,\nsoon.",https://calls.example.com/api/v1/calls/${id}/recording,` +
      `"{""plan"":""pro""}",,,"{""order"":7}"`,
    '',
  ])
})

test('the file has every call once, newest first, and others are answered between its parts', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const { id: staging } = gate.environment('staging')
  gate.database.sqlite.run('begin')
  for (let at = 1000; at < 1450; at++)
    undispatched(gate, String(at), at % 3 === 0 ? { ...over, environmentId: staging } : over)
  gate.database.sqlite.run('commit')
  const reader = (await visit(csvPath(gate))).body?.getReader()
  let [text, parts, others] = ['', 0, 0]
  for (;;) {
    let isOver = false
    setImmediate(() => (isOver ||= true))
    const { done = true, value } = (await reader?.read()) ?? {}
    if (done) break
    parts++
    if (isOver) others++
    text += Buffer.from(value ?? []).toString()
  }
  expect(numbersIn(text)).toEqual(Array.from({ length: 450 }, (_, at) => `+155512345${1449 - at}`))
  expect(parts).toBeGreaterThan(450 / 100)
  // The names of the columns, and the part that is read ahead, need not wait for a turn.
  expect(others).toBeGreaterThanOrEqual(parts - 2)
})

test('the filters of the page are those of its file, and wrong ones are refused', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const { id: staging } = gate.environment('staging')
  undispatched(gate, '01', over)
  undispatched(gate, '02', { ...over, status: 'busy' })
  undispatched(gate, '03', { ...over, status: 'busy', environmentId: staging })
  const page = `/admin/agencies/${gate.agency.id}/calls`
  for (const [query, numbers] of [
    ['', ['03', '02', '01']],
    ['?status=busy', ['03', '02']],
    ['?environment=production&status=busy', ['02']],
    [`?agent=${gate.agent.id}&environment=staging`, ['03']],
  ] as const) {
    const html = await (await visit(`${page}${query}`)).text()
    const [, href = ''] = /href="([^"]+)" download/.exec(html) ?? []
    const file = await (await visit(href.replaceAll('&amp;', '&'))).text()
    expect(numbersIn(file)).toEqual(numbers.map((ending) => `+155512345${ending}`))
  }
  expect((await visit(`${csvPath(gate)}?status=odd`)).status).toBe(400)
})

test('nothing of a person who was erased is in it', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  undispatched(gate, '01', { ...over, name: 'Jane', summary: 'Jane said hello.' })
  await gate.services.perform(forgetPerson, { phone: '+15551234501' }, commandLineActor)
  const text = await (await visit(csvPath(gate))).text()
  expect(text.split('\r\n')).toHaveLength(3)
  expect(text).not.toMatch(/Jane|\+1555/)
})
