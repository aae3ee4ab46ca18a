import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { optionLines, readOptionLines } from '../../../src/http/admin/agents/option-lines.ts'
import { optionsFor, providerKinds } from '../../../src/providers/kinds.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const value = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '=', ' ', '\n', '\t', '.', '"', 'é') }),
  fc.boolean(),
  fc.integer(),
  fc.dictionary(fc.string(), fc.string()),
)

test('the options of an agent are on the form as they are, whatever is in them', () => {
  const options = fc.dictionary(fc.stringMatching(/^[\w.]+$/), value)
  fc.assert(
    fc.property(options, (given) => {
      const texts = Object.entries(given).map(([name, one]) => [
        name,
        typeof one === 'string' ? one : JSON.stringify(one),
      ])
      for (const lines of [optionLines(given), optionLines(given).replaceAll('\n', '\r\n')])
        expect(readOptionLines(lines)).toEqual(Object.fromEntries(texts))
    }),
  )
})

test('every option of every provider can be written on the form', () => {
  for (const { name, options } of providerKinds) {
    const given = Object.fromEntries(options.map((one) => [one.name, one.example]))
    const { options: read = {} } = optionsFor(name, given)
    expect(optionsFor(name, readOptionLines(optionLines(read)))).toEqual({
      options: read,
      problem: undefined,
    })
  }
})

test.each([
  ['Record', 'Line 1 of the options is not name=value.'],
  ['\n secret', 'Line 2 of the options is not name=value.'],
  ['Timeout=5\nRecord=true\nTimeout=6', 'Line 3 of the options repeats a name.'],
  ['To=+15550000000', 'Twilio takes these options: Record, '],
  ['Timeout=soon', 'The option Timeout at Twilio must be a whole number from 1 to 600'],
])('%j is refused beside the form, which keeps it, and changes nothing', async (options, why) => {
  const gate = createGate()
  const { agents } = gate.services
  const { post } = await createOperator(gate)
  const form = {
    name: 'Bea',
    provider: 'twilio',
    ref: 'https://twiml.example/answer',
    from: '+15550001111',
    options,
  }
  const list = `/admin/agencies/${gate.agency.id}/agents`
  for (const path of [list, `${list}/${gate.agent.id}`]) {
    const refused = await post(path, form)
    expect(refused.status).toBe(422)
    expect(await refused.clone().text()).toContain(options)
    expect(await textOf(refused)).toContain(why)
  }
  expect(atOnce(agents.list(gate.agency.id))).toEqual([gate.agent])
})

test('options are set, shown, changed and taken away on the page of the agent', async () => {
  const gate = createGate()
  const { agents } = gate.services
  const { post, visit } = await createOperator(gate)
  const list = `/admin/agencies/${gate.agency.id}/agents`
  const squadId = crypto.randomUUID()
  const form = { name: 'Squad', provider: 'vapi', ref: '', from: crypto.randomUUID() }
  const options = `squadId=${squadId}\r\nassistantOverrides.firstMessage=Hello!\r\n How are you?`
  expect((await post(list, { ...form, options })).status).toBe(303)
  const { id = '' } = atOnce(agents.list(gate.agency.id)).find(({ name }) => name === 'Squad') ?? {}
  const optionsOf = () => atOnce(agents.find(id))?.options
  expect(optionsOf()).toEqual({ squadId, 'assistantOverrides.firstMessage': 'Hello!\nHow are you?' })
  const html = await (await visit(`${list}/${id}`)).text()
  expect(html).toContain(
    `>squadId=${squadId}\nassistantOverrides.firstMessage=Hello!\n How are you?</textarea>`,
  )

  const recorded = `squadId=${squadId}\r\nassistantOverrides.artifactPlan.recordingEnabled=false`
  await post(`${list}/${id}`, { ...form, options: recorded })
  expect(optionsOf()).toEqual({ squadId, 'assistantOverrides.artifactPlan.recordingEnabled': false })
  // A form of an earlier version of the page has no such field.
  await post(`${list}/${id}`, { ...form, name: 'Team' })
  expect(atOnce(agents.find(id))).toMatchObject({ name: 'Team', options: { squadId } })
  // Its options mean nothing to another provider, and nobody touched them.
  await post(`${list}/${id}`, { ...form, provider: 'simulator', from: '', options: recorded })
  expect(atOnce(agents.find(id))).toMatchObject({ provider: 'simulator', options: null })
})
