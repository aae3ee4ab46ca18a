import { expect, test } from 'bun:test'
import { answer, createGate, type Gate } from '../../support/gate.ts'
import { triggered, undispatched } from '../../support/orders.ts'
import { createOperator, operator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const callsPath = (gate: Gate) => `/admin/agencies/${gate.agency.id}/calls`
const numbersIn = (html: string) => [...html.matchAll(/\+155512345\d\d/g)].map(([number]) => number.slice(-2))

test('the calls of both environments are listed together, newest first', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const staging = gate.environment('staging')
  atOnce(gate.services.environments.setDefaultAgent(staging.id, gate.agent.id))
  const stagingKey = gate.issue(staging.id)
  for (const [scenario, key] of [
    ['01', gate.key],
    ['02', stagingKey],
    ['00', gate.key],
  ] as const) {
    await gate.trigger(scenario, key)
    await gate.clock.advance(10_000)
  }
  const html = await (await visit(callsPath(gate))).text()
  expect(numbersIn(html)).toEqual(['00', '02', '01'])
  const text = await textOf(await visit(callsPath(gate)))
  expect(text).toContain('+15551234500 Ann Completed 3 s – Production')
  expect(text).toContain('+15551234502 Ann No answer 0 s – Staging')
})

test('the list narrows down to an environment, a status and an agent', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const { agents, environments } = gate.services
  const staging = gate.environment('staging')
  const bob = atOnce(agents.create(gate.agency.id, { name: 'Bob', provider: 'simulator' }, gate.clock.now()))
  atOnce(environments.setDefaultAgent(staging.id, bob.id))
  await gate.trigger('01')
  await gate.trigger('00')
  await gate.trigger('03', gate.issue(staging.id))
  await gate.clock.advance(10_000)
  const shown = async (query: string) =>
    numbersIn(await (await visit(`${callsPath(gate)}?${query}`)).text()).toSorted()
  expect(await shown('environment=production')).toEqual(['00', '01'])
  expect(await shown('environment=staging&status=&agent=')).toEqual(['03'])
  expect(await shown('status=busy')).toEqual(['01'])
  expect(await shown(`agent=${bob.id}`)).toEqual(['03'])
  expect(await shown(`agent=${bob.id}&status=busy`)).toEqual([])
  expect(await textOf(await visit(`${callsPath(gate)}?status=canceled`))).toContain(
    'No calls match these filters',
  )
  for (const query of ['status=odd', 'environment=live', 'agent=1', 'before=%00', 'before=AAAA'])
    expect((await visit(`${callsPath(gate)}?${query}`)).status).toBe(400)
})

test('older pages go on where the page before them ended, and show every call once', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const { id: staging } = gate.environment('staging')
  for (let at = 10; at < 70; at++) {
    const over = { endedAt: gate.clock.now(), status: 'completed' } as const
    undispatched(gate, String(at), at % 3 === 0 ? { environmentId: staging, ...over } : over)
  }
  const seen: string[] = []
  let path: string | undefined = callsPath(gate)
  let pages = 0
  while (path) {
    const html: string = await (await visit(path)).text()
    seen.push(...numbersIn(html))
    path = /href="([^"]+)">Older calls/.exec(html)?.[1]?.replaceAll('&amp;', '&')
    pages++
  }
  expect(pages).toBe(3)
  expect(seen).toEqual(Array.from({ length: 60 }, (_, at) => String(69 - at)))
})

test('with no call yet, the page says what to do next', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  expect(await textOf(await visit(callsPath(gate)))).toContain('There are no calls yet. Send a test call')
  const slots = await textOf(await visit(`/admin/agencies/${gate.agency.id}/slots`))
  expect(slots).toContain('There are no calls in progress')
})

test('one call shows its timeline, what was said, and what it cost', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const call = await triggered(gate, '00')
  await gate.clock.advance(60_000)
  const { lifecycle, clock } = gate.services
  const details = { recordingRef: 'https://recordings.example/1', costCents: 7 }
  await lifecycle.record(call.id, { type: 'ended', at: clock.now(), status: 'completed', details })
  const shown = await visit(`${callsPath(gate)}/${call.id}`)
  const html = await shown.clone().text()
  const path = `${callsPath(gate)}/${call.id}/recording`
  expect(html).toContain(`<audio controls preload="none" src="${path}" aria-label="Recording of the call">`)
  expect(html).not.toContain('recordings.example')
  expect(html).not.toContain('data-refresh-seconds')
  const text = await textOf(shown)
  for (const said of [
    'Triggered 1 minute ago',
    'Sent to the provider and accepted',
    '+ 1 s Answered',
    '+ 4 s Ended: completed',
    'Hello, this is a simulated call.',
    'A simulated call that went well.',
    '0.07 USD',
  ])
    expect(text).toContain(said)
})

test('why a call ended is said in words', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const call = await triggered(gate, '04')
  await gate.clock.advance(5000)
  const text = await textOf(await visit(`${callsPath(gate)}/${call.id}`))
  expect(text).toContain('Ended: failed')
  expect(text).toContain('this number is not allowed')
})

test('a call without a recording says when its provider keeps one', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const call = await triggered(gate, '00')
  await gate.clock.advance(60_000)
  const shown = await visit(`${callsPath(gate)}/${call.id}`)
  expect(shown.headers.get('content-security-policy')).toContain("media-src 'self'")
  const html = await shown.text()
  expect(html).toContain('The simulator plays calls without sound.')
  expect(html).not.toContain('<audio')
})

test('a live call can be ended at the page', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const call = await triggered(gate, '07')
  await gate.clock.advance(3000)
  const path = `${callsPath(gate)}/${call.id}`
  expect(await (await visit(path)).text()).toContain('data-refresh-seconds="2"')
  const ended = await post(`${path}/end`)
  expect([ended.status, ended.headers.get('location')]).toEqual([303, path])
  expect(call.now()).toMatchObject({ status: 'completed', reasonCode: 'ended_on_request' })
  expect(await textOf(await visit(path))).not.toContain('End call')
})

test('a provider that cannot be told to hang up: the page says that the call goes on', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const call = undispatched(gate, '00', { dispatch: 'unknown' })
  const refused = await post(`${callsPath(gate)}/${call.id}/end`)
  expect(refused.status).toBe(502)
  const text = await textOf(refused)
  expect(text).toContain('The call continues')
  expect(text).toContain('End call')
  expect(call.now().endedAt).toBeNull()
})

test('a slot is released after a confirmation that says what may go on', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const call = await triggered(gate, '05')
  await gate.clock.advance(65_000)
  const slots = await textOf(await visit(`/admin/agencies/${gate.agency.id}/slots`))
  expect(slots).toContain('1 of 10 slots in use')
  expect(slots).toContain('+15551234505 In progress Ann 1 min 5 s')
  const path = `${callsPath(gate)}/${call.id}/release`
  expect(await textOf(await visit(path))).toContain('the phone may go on ringing')
  expect((await post(path)).status).toBe(303)
  expect(gate.services.leases.count(gate.production.id)).toBe(0)
  const { data } = await answer(await gate.authorized(`/api/v1/calls/${call.id}`))
  expect(data).toMatchObject({ status: 'failed', reason_code: 'released' })
  expect((await visit(path)).status).toBe(303)
})

test('a call of another agency is as unknown as none', async () => {
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const other = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  const call = await triggered(gate, '07')
  for (const id of [call.id, crypto.randomUUID(), 'nonsense']) {
    const path = `/admin/agencies/${other.id}/calls/${id}`
    expect((await visit(path)).status).toBe(404)
    expect((await visit(`${path}/release`)).status).toBe(404)
    for (const step of ['end', 'release']) expect((await post(`${path}/${step}`)).status).toBe(404)
  }
  expect(call.now().endedAt).toBeNull()
})

test('who ended a call, and who released its slot, is in the audit once', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const [ended, released] = [await triggered(gate, '07'), await triggered(gate, '07')]
  await gate.clock.advance(3000)
  for (let time = 0; time < 2; time++) {
    await post(`${callsPath(gate)}/${ended.id}/end`)
    await post(`${callsPath(gate)}/${released.id}/release`)
  }
  const lines = atOnce(gate.services.audit.list({ agency: gate.agency.id, limit: 10 }))
  expect(lines.map(({ actor, environment, action, target }) => [actor, environment, action, target])).toEqual(
    [
      [operator.email, 'production', 'call.released', released.id],
      [operator.email, 'production', 'call.ended', ended.id],
    ],
  )
})

test('a long conversation opens with its beginning, below 40 KB, and is shown whole when asked for', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const said = (at: number) => `Line ${at} of a conversation that goes on and on.`
  const transcript = Array.from({ length: 2000 }, (_, at) => ({ role: 'agent' as const, content: said(at) }))
  const metadata = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`field ${at}`, 'value']))
  const over = { endedAt: gate.clock.now(), status: 'completed' } as const
  const call = undispatched(gate, '00', { transcript, metadata, ...over })
  const opened = await (await visit(`${callsPath(gate)}/${call.id}`)).text()
  expect(opened.length).toBeLessThan(40 * 1024)
  expect(opened).toContain(said(0))
  expect(opened).not.toContain(said(1999))
  const path = /href="([^"]+)">Show everything/.exec(opened)?.[1] ?? ''
  const whole = await textOf(await visit(path))
  expect(whole).toContain(said(1999))
  expect(whole).toContain('field 499')
  expect(whole).not.toContain('This is only part of it')
})

test('a call is a command line that asks for the same, whatever is in it', async () => {
  const gate = createGate({ publicUrl: 'https://calls.example.com' })
  const { visit } = await createOperator(gate)
  const metadata = { note: `it's "so" $(touch /tmp/x) \`y\` <b> &amp;`, n: 1 }
  const { id } = undispatched(gate, '00', { name: "O'Hara", metadata, timeZone: 'Europe/Berlin' })
  const html = await (await visit(`${callsPath(gate)}/${id}`)).text()
  const [, line = ''] =
    /aria-label="The same call as a curl command"[^>]*><code>(.*?)<\/code>/s.exec(html) ?? []
  const command = await textOf(new Response(line))
  expect(command).toStartWith('curl -X POST https://calls.example.com/api/v1/calls/trigger')
  const shell = Bun.spawnSync(['sh', '-c', command.replace('curl', 'printf "%s\\n"')])
  const body = shell.stdout.toString().trim().split('\n').at(-1) ?? ''
  expect(JSON.parse(body)).toEqual({
    phone_number: '+15551234500',
    agent_id: gate.agent.id,
    name: "O'Hara",
    metadata,
    time_zone: 'Europe/Berlin',
  })
})

test('what ended a call is there in the provider’s own words, with its code, and the request that triggered it', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const { id } = undispatched(gate, '00', {
    status: 'completed',
    endedAt: gate.clock.now(),
    reasonCode: 'voicemail',
    requestId: 'a-request',
    reason: 'customer-reached-voicemail',
  })
  const text = await textOf(await visit(`${callsPath(gate)}/${id}`))
  expect(text).toContain('The provider’s words customer-reached-voicemail Code voicemail')
  expect(text).toContain('X-Request-Id a-request')
})
