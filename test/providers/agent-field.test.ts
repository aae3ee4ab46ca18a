import { expect, test } from 'bun:test'
import { agentProblem, providerKinds } from '../../src/providers/kinds.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { startFakeRetell } from '../support/fakes/retell.ts'
import { startFakeTwilio } from '../support/fakes/twilio.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'

const uuid = '7D0F2C9E-5b1a-4c38-8e6f-90ab12cd34ef'
const number = '+15550001111'
const sid = (prefix: string) => `${prefix}${'0123456789abcdef'.repeat(2)}`

/** What each vendor's reference and SDK show, older forms among it. */
const taken: [provider: string, ref: string | null, fromNumber: string | null][] = [
  ['simulator', null, null],
  ['simulator', 'anything', 'anything'],
  ['vapi', uuid, uuid],
  ['retell', 'agent_c7d1cb2c279ec45bce38c95067', '+4420123456'],
  ['retell', 'oBeDLoLOeuAbiuaMFXRtDOLriTJ5tSxD', number],
  ['retell', null, number],
  ['bland', uuid, number],
  ['bland', uuid, null],
  ['elevenlabs', 'agent_1401kadsbxczf28b34twm35wega7', 'phnum_1101m00pjrg7e1js7aaxwp8hdw38'],
  ['elevenlabs', 'J3Pbu5gP6NNKBscdCdwB', 'TeaqRRdTcIfIu2i7BYfT'],
  ['twilio', 'https://twiml.example/answer?flow=a%20b#rc=3', number],
  ['twilio', 'HTTPS://twiml.example', '+442012345678'],
  ['twilio', sid('AP'), number],
  ['twilio', sid('AP').toUpperCase(), number],
  ['http', null, null],
  ['http', 'Sales, 2nd line – ☎', 'sip:ann@example.com'],
]

test.each(taken)('%s takes the ref %p and the from %p', (provider, ref, fromNumber) => {
  expect(agentProblem({ provider, ref, fromNumber })).toBeUndefined()
})

test.each<[provider: string, ref: string | null, fromNumber: string | null, problems: number]>([
  ['nobody', null, null, 1],
  ['vapi', null, null, 2],
  ['vapi', `${uuid}0`, `{${uuid}}`, 2],
  ['retell', 'agent_', '+0123456789', 2],
  ['retell', 'agent_1 2', null, 2],
  ['bland', 'pathway', '+1 (555) 000-1111', 2],
  ['elevenlabs', 'phnum_1', 'agent_1', 2],
  ['elevenlabs', `agent_1\n`, 'TeaqRRdTcIfIu2i7BYfT0', 2],
  ['twilio', 'https://', '+1234567890123456', 2],
  ['twilio', sid('AC'), 'whatsapp:+15550001111', 2],
  ['twilio', ' https://twiml.example', `${number};ext=1`, 2],
])('%s does not take the ref %p and the from %p', (provider, ref, fromNumber, problems) => {
  const said = agentProblem({ provider, ref, fromNumber }) ?? ''
  expect(said.match(/[^.]\.(?: |$)/g)).toHaveLength(problems)
})

test('what a provider gives as an example is what it takes', () => {
  for (const { name, agent } of providerKinds)
    expect([
      name,
      agentProblem({ provider: name, ref: agent.ref.example, fromNumber: agent.from.example }),
    ]).toEqual([name, undefined])
})

test.each([
  startFakeVapi,
  startFakeRetell,
  startFakeBland,
  startFakeElevenLabs,
  startFakeTwilio,
  startFakeHttp,
])('an agent that %p places calls with is one that its provider takes', async (start) => {
  await using fake = await start()
  expect(agentProblem({ provider: fake.kind.name, ...fake.agent })).toBeUndefined()
})
