import { expect, test } from 'bun:test'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { answer, createGate, type Gate, testSecret } from '../support/gate.ts'
import { createOperator, textOf } from '../support/page.ts'
import { expectRefusal } from '../support/refusal.ts'
import { listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

const phone = '+15559876500'
const person = {
  name: 'Rosalind Quimby',
  email: 'rosalind@quimby.example',
  metadata: { note: 'allergic-to-bees' },
}
const traces = [phone.slice(1), 'Rosalind', 'Quimby', 'allergic-to-bees', 'quimby.example']

/** A gate on a data directory, and commands beside it. */
const open = () => {
  const directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const command = async (line: string) => {
    let out = ''
    let err = ''
    const code = await run(line.split(' '), {
      env: { CALLGATE_DATA_DIR: directory.path, CALLGATE_SECRET: testSecret },
      isTerminal: false,
      out: (text) => (out += text),
      err: (text) => (err += text),
    })
    return { code, out, err }
  }
  return {
    gate,
    path: directory.path,
    command,
    [Symbol.dispose]: () => {
      gate.database.close()
      directory[Symbol.dispose]()
    },
  }
}

const triggerPerson = async (
  gate: Gate,
  { key = gate.key, idempotencyKey = crypto.randomUUID() as string } = {},
) => {
  const response = await gate.authorized(
    '/api/v1/calls/trigger',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': idempotencyKey },
      body: JSON.stringify({ phone_number: phone, ...person }),
    },
    key,
  )
  return { response, id: (await answer(response.clone())).call_id ?? '' }
}

/** How often each trace of the person stands in any file. */
const tracesIn = (path: string) => {
  const files = readdirSync(path).map((name) => readFileSync(join(path, name)))
  return traces.map((trace) => files.filter((file) => file.includes(trace)).length)
}

test('nothing of the person is left in any file of the data directory, beside a running server', async () => {
  using place = open()
  const { gate, path } = place
  listen(gate, 'http://127.0.0.1:9/hook')
  const { id } = await triggerPerson(gate, { idempotencyKey: `call-${phone.slice(1)}` })
  for (let more = 0; more < 8; more++) await triggerPerson(gate)
  await gate.trigger()
  await gate.clock.advance(10_000)
  const summary = 'Rosalind Quimby will come on Wednesday.'
  gate.database.sqlite
    .query(
      "update calls set summary = ?, reason = 'rang +15559876500', provider_call_id = id || phone_number where phone_number = ?",
    )
    .run(summary, phone)
  const echo = newDelivery({
    environmentId: gate.production.id,
    callId: id,
    event: 'call_ended',
    payload: '{}',
    createdAt: 1,
  })
  atOnce(
    gate.services.deliveries.insert({ ...echo, state: 'delivered', lastAnswer: `thanks, ${person.email}` }),
  )
  for (const found of tracesIn(path)) expect(found).toBeGreaterThan(0)

  const { code, out, err } = await place.command(`forget ${phone}`)
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toStartWith('Calls changed: 9, webhook deliveries: 19. ')
  expect(out).toContain('Backups made earlier still have them')
  expect(tracesIn(path)).toEqual(traces.map(() => 0))
  expect((await gate.trigger()).status).toBe(200)

  const call = (await answer(await gate.authorized(`/api/v1/calls/${id}`))).data
  expect(call).toMatchObject({
    phone_number: '',
    name: null,
    email: null,
    metadata: null,
    summary: null,
    transcript: null,
    recording_url: null,
    status: 'completed',
  })
  expect(atOnce(gate.services.audit.list({ limit: 1 }))).toMatchObject([
    {
      action: 'person.forgotten',
      agencyId: gate.agency.id,
      target: 'a number ending in 00',
      actor: expect.stringMatching(/^command line \(.+\)$/),
    },
  ])
})

test('others keep what is theirs', async () => {
  using place = open()
  const { gate } = place
  await triggerPerson(gate)
  const other = (await answer(await gate.trigger('00'))).call_id ?? ''
  await gate.clock.advance(10_000)
  const before = atOnce(gate.services.calls.find(other))
  expect((await place.command(`forget ${phone}`)).code).toBe(0)
  expect(atOnce(gate.services.calls.find(other))).toEqual(before)
})

test('a call that is not over is refused with a sentence, and nothing is changed', async () => {
  using place = open()
  const { gate } = place
  const { id: over } = await triggerPerson(gate)
  await gate.clock.advance(10_000)
  const { id } = await triggerPerson(gate)
  expect(await place.command(`forget ${phone}`)).toEqual({
    code: 1,
    out: '',
    err: `Calls to this number are not over yet. End them first: ${id}.\n`,
  })
  expect(atOnce(gate.services.calls.find(over))?.phoneNumber).toBe(phone)
  await gate.clock.advance(10_000)
  gate.database.sqlite.run('update calls set hang_up_due = 1 where id = ?', [id])
  expect((await place.command(`forget ${phone}`)).err).toContain(id)
})

test('one agency forgets, and another does not', async () => {
  using place = open()
  const { gate } = place
  const { agencies, agents, environments } = gate.services
  const other = atOnce(agencies.create('Other', 'agency', 1))
  const production = gate.environment('production', other.id)
  const agent = atOnce(agents.create(other.id, { name: 'Bea', provider: 'simulator' }, 1))
  atOnce(environments.setDefaultAgent(production.id, agent.id))
  const { id: own } = await triggerPerson(gate)
  const { id: theirs } = await triggerPerson(gate, { key: gate.issue(production.id) })
  await gate.clock.advance(10_000)
  const { out } = await place.command(`forget ${phone} --agency ${other.id} --json`)
  expect(JSON.parse(out)).toEqual({ calls: 1, deliveries: 0 })
  expect(atOnce(gate.services.calls.find(theirs))?.phoneNumber).toBe('')
  expect(atOnce(gate.services.calls.find(own))?.phoneNumber).toBe(phone)
  expect(atOnce(gate.services.audit.list({ limit: 9 })).map(({ agencyId }) => agencyId)).toEqual([other.id])
})

test('what comes late about a forgotten call is not taken in', async () => {
  using place = open()
  const { gate } = place
  const { id } = await triggerPerson(gate)
  await gate.clock.advance(10_000)
  gate.database.sqlite.run('update calls set details_due_at = 1 where id = ?', [id])
  await place.command(`forget ${phone}`)
  const forgotten = atOnce(gate.services.calls.find(id))
  await gate.services.lifecycle.record(id, {
    type: 'ended',
    at: gate.clock.now(),
    status: 'completed',
    details: { summary: 'Rosalind Quimby called back.', recordingRef: 'https://recordings.example/1' },
  })
  expect(atOnce(gate.services.calls.find(id))).toEqual(forgotten)
  expect(forgotten?.detailsDueAt).toBeNull()
})

test('a retry of its trigger rings nobody', async () => {
  using place = open()
  const { gate } = place
  const { id } = await triggerPerson(gate, { idempotencyKey: 'order-1' })
  await gate.clock.advance(10_000)
  await place.command(`forget ${phone}`)
  const { response } = await triggerPerson(gate, { idempotencyKey: 'order-1' })
  await expectRefusal(response, 422, 'idempotency_mismatch')
  expect(atOnce(gate.services.calls.holdingSlots())).toEqual([])
  expect(atOnce(gate.services.calls.find(id))?.name).toBeNull()
})

test('the page still shows the call, and whom it rang no more', async () => {
  using place = open()
  const { gate } = place
  const { id } = await triggerPerson(gate)
  await gate.clock.advance(10_000)
  await place.command(`forget ${phone}`)
  const { visit } = await createOperator(gate)
  for (const path of ['calls', `calls/${id}`]) {
    const text = await textOf(await visit(`/admin/agencies/${gate.agency.id}/${path}`))
    expect(text).toContain('(erased)')
    for (const trace of traces) expect(text).not.toContain(trace)
  }
})

test('a number that nobody was called by changes nothing; what is no number is refused', async () => {
  using place = open()
  const { out } = await place.command('forget +15550000000 --json')
  expect(JSON.parse(out)).toEqual({ calls: 0, deliveries: 0 })
  expect(atOnce(place.gate.services.audit.list({ limit: 1 }))).toEqual([])
  expect(await place.command('forget 5550000000')).toMatchObject({ code: 1, out: '' })
  expect((await place.command('forget')).code).toBe(2)
})
