import { expect, test } from 'bun:test'
import { providerKinds } from '../../src/providers/kinds.ts'
import { json, serving } from '../support/fakes/serving.ts'
import { answer, createGate } from '../support/gate.ts'
import { until } from '../support/scenarios.ts'
import { atOnce } from '../../src/work.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

test.each(providerKinds.map((kind) => [kind.name, kind] as const))(
  'a credential that %s repeats in a refusal is neither stored nor told',
  async (provider, kind) => {
    const message = `not with ${secret}`
    using parrot = await serving(json({ message, error: message, detail: { message } }, 400))
    const gate = createGate()
    const { accounts, agents, calls } = gate.services
    const credentials = Object.fromEntries(
      kind.credentials.map(({ name }) => [name, name.endsWith('_sid') ? 'AC1' : secret]),
    )
    const account = { agencyId: gate.agency.id, provider, baseUrl: parrot.url, credentials }
    atOnce(accounts.save(account, gate.clock.now()))
    const dials = { ref: 'https://agency.test/answer', fromNumber: '+15550001111' }
    const { id } = atOnce(
      agents.create(gate.agency.id, { name: 'Bea', provider, ...dials }, gate.clock.now()),
    )
    const order = { phone_number: '+15551234500', agent_id: id }
    const { call_id = '' } = await answer(await gate.postJson('/api/v1/calls/trigger', order))
    await gate.clock.advance(0)
    await until(() => atOnce(calls.find(call_id))?.endedAt !== null)

    const told = await (await gate.authorized(`/api/v1/calls/${call_id}`)).text()
    expect(told).toContain('not with')
    expect(told).not.toContain(secret)
    expect(Buffer.from(gate.database.sqlite.serialize()).includes(secret)).toBe(false)
  },
)
