import { expect, test } from 'bun:test'
import { Database as Sqlite } from 'bun:sqlite'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { forgetPerson } from '../../src/calls/operations/forget.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { oldCall, oldDelivery } from '../support/old-rows.ts'
import { undispatched } from '../support/orders.ts'
import { atOnce } from '../../src/work.ts'

const phone = '+15559876500'
const traces = [phone.slice(1), 'Rosalind Quimby', 'rosalind@quimby.example', 'allergic-to-bees']

/** Calls that are over, to one person, each with what was told of it. */
const callPerson = (gate: Gate, count = 1) =>
  atOnce(
    gate.database.transaction(function* () {
      for (let made = 0; made < count; made++) {
        const { id } = oldCall(gate, gate.clock.now() - made, {
          phoneNumber: phone,
          name: 'Rosalind Quimby',
          email: 'rosalind@quimby.example',
          metadata: { note: 'allergic-to-bees' },
        })
        oldDelivery(gate, 1, {
          callId: id,
          payload: JSON.stringify({ event: 'call_ended', phone_number: phone }),
        })
      }
    }),
  )

const forget = ({ services }: Gate, actor = commandLineActor, input: { agency?: string } = {}) =>
  services.perform(forgetPerson, { phone, ...input }, actor)

const onDisk = () => {
  const directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const found = () => {
    const files = readdirSync(directory.path).map((name) => readFileSync(join(directory.path, name)))
    return traces.filter((trace) => files.some((file) => file.includes(trace)))
  }
  return {
    gate,
    found,
    path: directory.database,
    [Symbol.dispose]: () => {
      gate.database.close()
      directory[Symbol.dispose]()
    },
  }
}

test('a serving process leaves nothing of the person in any file of the data directory, and goes on', async () => {
  using place = onDisk()
  const { gate, found } = place
  callPerson(gate, 120)
  const { id: other } = oldCall(gate, gate.clock.now())
  const before = atOnce(gate.services.calls.find(other))
  expect(found()).toEqual(traces)
  expect(await forget(gate)).toEqual({ calls: 120, deliveries: 120 })
  expect(found()).toEqual([])
  expect(atOnce(gate.services.calls.find(other))).toEqual(before)
  expect((await gate.trigger()).status).toBe(200)
  expect(atOnce(gate.services.audit.list({ limit: 9 }))).toMatchObject([
    { action: 'person.forgotten', agencyId: gate.agency.id, target: 'a number ending in 00' },
  ])
})

test('requests are answered while calls are forgotten: no commit changes more than a few', async () => {
  const gate = createGate({ requestsPerMinute: 1000 })
  callPerson(gate, 1000)
  let isForgotten = false
  const forgetting = forget(gate).finally(() => (isForgotten = true))
  let answered = 0
  while (!isForgotten) {
    expect((await gate.authorized('/api/v1/key')).status).toBe(200)
    if (!isForgotten) answered++
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await forgetting).toEqual({ calls: 1000, deliveries: 1000 })
  expect(answered).toBeGreaterThanOrEqual(10)
})

test('a call that is not over is named, and nothing is changed', async () => {
  const gate = createGate()
  callPerson(gate)
  const call = undispatched(gate, '00', { phoneNumber: phone })
  expect(forget(gate)).rejects.toMatchObject({
    reason: 'conflict',
    message: `Calls to this number are not over yet. End them first: ${call.id}.`,
  })
  expect(atOnce(gate.services.personalData.next(phone, gate.agency.id))).toHaveLength(1)
  expect(atOnce(gate.services.audit.list({ limit: 1 }))).toEqual([])
})

test('the line and the first calls are changed together or not at all', async () => {
  const gate = createGate()
  callPerson(gate)
  gate.database.sqlite.run(
    "create trigger full before insert on audit begin select raise(abort, 'full'); end",
  )
  expect(forget(gate)).rejects.toThrow()
  expect(atOnce(gate.services.personalData.next(phone, gate.agency.id))).toHaveLength(1)
})

test('a reader that keeps earlier copies in the log is told, and once it is gone the next time erases them', async () => {
  using place = onDisk()
  const { gate, found, path } = place
  callPerson(gate)
  const reader = new Sqlite(path, { readonly: true })
  reader.run('BEGIN')
  reader.query('select * from calls').all()
  expect(await forget(gate).catch((error: Error) => error.message)).toContain('Do this once more.')
  reader.close()
  expect(await forget(gate)).toEqual({ calls: 0, deliveries: 0 })
  expect(found()).toEqual([])
})

test('one agency forgets, and another does not', async () => {
  const gate = createGate()
  const other = atOnce(gate.services.agencies.create('Other', 'agency', 0))
  callPerson(gate)
  expect(await forget(gate, commandLineActor, { agency: other.id })).toEqual({ calls: 0, deliveries: 0 })
  expect(atOnce(gate.services.personalData.next(phone, gate.agency.id))).toHaveLength(1)
})

test('only an operator forgets, and a program that has the permission', async () => {
  const gate = createGate()
  callPerson(gate)
  expect(forget(gate, adminOf(gate.agency.id))).rejects.toMatchObject({ reason: 'operator_only' })
  expect(forget(gate, tokenWith(['call.show']))).rejects.toMatchObject({ reason: 'permission_required' })
  expect(await forget(gate, tokenWith(['call.forget']))).toEqual({ calls: 1, deliveries: 1 })
})
