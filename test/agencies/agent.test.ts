import { expect, test } from 'bun:test'
import { run } from '../../src/cli/run.ts'
import { takeCommands } from '../support/commands.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { createOperator, textOf } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

const uuid = '7d0f2c9e-5b1a-4c38-8e6f-90ab12cd34ef'
const answerUrl = 'https://twiml.example/answer'

/** One data directory with both faces: the page's forms and the command line. */
const bothFaces = async () => {
  const directory = temporaryDirectory()
  const gate = createGate({ path: directory.database, secret: testSecret })
  const stopCommands = takeCommands(gate, directory.path)
  const { post, visit } = await createOperator(gate)
  const agentsPath = `/admin/agencies/${gate.agency.id}/agents`
  const command = async (...words: string[]) => {
    let out = ''
    let err = ''
    const env = { CALLGATE_DATA_DIR: directory.path, CALLGATE_SECRET: testSecret }
    const io = {
      env,
      isTerminal: false,
      out: (text: string) => (out += text),
      err: (text: string) => (err += text),
    }
    const code = await run([...words, '--agency', gate.agency.id], io)
    return { code, out, err: err.trim() }
  }
  const lastLine = () => atOnce(gate.services.audit.list({ limit: 1 }))[0]
  return {
    gate,
    post,
    visit,
    agentsPath,
    command,
    lastLine,
    [Symbol.dispose]: () => {
      stopCommands()
      directory[Symbol.dispose]()
    },
  }
}

const alertIn = async (response: Response) =>
  (
    await textOf(new Response(/role="alert">.*?<\/p>/s.exec(await response.text())?.[0].slice(13) ?? ''))
  ).trim()

interface Dials {
  provider: string
  ref?: string
  from?: string
}
const optionsOf = (given: Dials) => Object.entries(given).map(([name, value]) => `--${name}=${value}`)

test.each<[Dials, string]>([
  [{ provider: 'twilio', ref: 'not-a-url', from: '+15550001111' }, 'TwiML URL or application SID'],
  [
    { provider: 'twilio', ref: 'http://twiml.example/answer', from: '+15550001111' },
    'TwiML URL or application SID',
  ],
  [{ provider: 'twilio', ref: answerUrl, from: '555 0001' }, 'caller ID'],
  [{ provider: 'twilio', ref: answerUrl, from: 'client:ann' }, 'caller ID'],
  [{ provider: 'vapi', ref: 'https://dashboard.vapi.ai/assistants/x', from: uuid }, 'assistant ID'],
  [{ provider: 'vapi', ref: uuid, from: '+15550001111' }, 'phone number ID'],
  [{ provider: 'vapi', from: uuid }, 'assistant ID'],
  [{ provider: 'vapi', ref: '  ', from: uuid }, 'assistant ID'],
  [{ provider: 'retell', ref: 'Ann', from: '+15550001111' }, 'agent ID'],
  [{ provider: 'retell', from: '15550001111' }, 'from number'],
  [{ provider: 'bland', ref: 'my-pathway' }, 'pathway ID'],
  [{ provider: 'bland', ref: uuid, from: '555-0001' }, 'from number'],
  [{ provider: 'elevenlabs', ref: uuid, from: 'phnum_1' }, 'agent ID'],
  [{ provider: 'elevenlabs', ref: 'agent_1', from: '+15550001111' }, 'phone number ID'],
])(
  '%j is refused where agents are made and changed, at the page and the command line, by one sentence',
  async (dials, named) => {
    using faces = await bothFaces()
    const { gate, post, agentsPath, command } = faces
    const asForm = { name: 'Bea', ...dials }
    const said = [
      await alertIn(await post(agentsPath, asForm)),
      await alertIn(await post(`${agentsPath}/${gate.agent.id}`, asForm)),
      (await command('agent', 'create', '--name', 'Bea', ...optionsOf(dials))).err,
      (await command('agent', 'change', '--agent', gate.agent.id, ...optionsOf(dials))).err,
    ]
    const [sentence = ''] = said
    expect(said).toEqual(Array.from(said, () => sentence))
    expect(sentence).toContain(named)
    expect(sentence).toEndWith('.')
    for (const value of Object.values(dials).slice(1))
      if (value.trim() !== '') expect(sentence).not.toContain(value)
    expect(atOnce(gate.services.agents.list(gate.agency.id))).toEqual([gate.agent])
  },
)

test('what an agent is at its provider has an end, and a long TwiML URL is far from it', async () => {
  using faces = await bothFaces()
  const { gate, command } = faces
  const create = (ref: string) =>
    command(
      'agent',
      'create',
      '--name',
      'Bea',
      ...optionsOf({ provider: 'twilio', ref, from: '+15550001111' }),
    )
  expect((await create(`${answerUrl}?${'x'.repeat(1500)}`)).code).toBe(0)
  expect(await create(`${answerUrl}?${'x'.repeat(2000)}`)).toMatchObject({
    code: 1,
    err: 'The TwiML URL or application SID of an agent at Twilio must have at most 2,000 characters.',
  })
  expect(atOnce(gate.services.agents.list(gate.agency.id))).toHaveLength(2)
})

test('blanks around what is given are dropped, and what is blank is nothing, at either face', async () => {
  using faces = await bothFaces()
  const { gate, post, agentsPath, command } = faces
  const given = { provider: 'http', ref: '  x  ', from: ' ' }
  await post(agentsPath, { name: ' Bea ', ...given })
  await command('agent', 'create', '--name', ' Bea ', ...optionsOf(given))
  await command('agent', 'change', '--agent', gate.agent.id, '--name', ' Bea ', ...optionsOf(given))
  const made = atOnce(gate.services.agents.list(gate.agency.id))
  expect(made).toHaveLength(3)
  for (const agent of made)
    expect(agent).toMatchObject({ name: 'Bea', provider: 'http', ref: 'x', fromNumber: null })
})

test('an agent that moves to another provider is judged by that one, whatever else is changed', async () => {
  using faces = await bothFaces()
  const { gate, post, agentsPath, command } = faces
  const { agents } = gate.services
  const vapi = { name: 'Ann', provider: 'vapi', ref: uuid, fromNumber: uuid }
  atOnce(agents.change(gate.agent.id, vapi))
  const moved = await command('agent', 'change', '--agent', gate.agent.id, '--provider', 'elevenlabs')
  expect(moved).toMatchObject({ code: 1, err: expect.stringContaining('agent ID') })
  const form = { name: 'Ann', provider: 'elevenlabs', ref: uuid, from: uuid }
  expect((await post(`${agentsPath}/${gate.agent.id}`, form)).status).toBe(422)
  expect(atOnce(agents.find(gate.agent.id))).toMatchObject(vapi)
})

test('an agent saved before its provider was judged loads, says what is wrong, and can be renamed and mended', async () => {
  using faces = await bothFaces()
  const { gate, post, visit, agentsPath, command } = faces
  const { agents } = gate.services
  const bad = { provider: 'twilio', ref: 'not-a-url', fromNumber: '+15550001111' }
  atOnce(agents.change(gate.agent.id, { name: 'Ann', ...bad }))
  const agentPath = `${agentsPath}/${gate.agent.id}`
  const sentence = 'TwiML URL or application SID of an agent at Twilio must be'
  const html = await (await visit(agentPath)).text()
  expect(html).toContain('value="not-a-url"')
  expect(html).toContain(sentence)
  expect(await textOf(await visit(agentsPath))).toContain('can’t place calls')
  expect((await command('agent', 'change', '--agent', gate.agent.id, '--name', 'Bea')).code).toBe(0)
  expect(
    (await post(agentPath, { name: 'Cleo', provider: 'twilio', ref: bad.ref, from: bad.fromNumber })).status,
  ).toBe(303)
  expect(atOnce(agents.find(gate.agent.id))).toMatchObject({ name: 'Cleo', ...bad })
  const mended = await command('agent', 'change', '--agent', gate.agent.id, '--ref', answerUrl)
  expect(mended.code).toBe(0)
  expect(await (await visit(agentPath)).text()).not.toContain(sentence)
})

test('the audit says the same of a change whoever makes it: the new name, and the one until now', async () => {
  using faces = await bothFaces()
  const { gate, post, agentsPath, command, lastLine } = faces
  const agentPath = `${agentsPath}/${gate.agent.id}`
  await post(agentPath, { name: 'Bea', provider: 'simulator' })
  expect(lastLine()).toMatchObject({ action: 'agent.changed', target: 'Bea, until now Ann' })
  await command('agent', 'change', '--agent', gate.agent.id, '--name', 'Cleo')
  expect(lastLine()).toMatchObject({ action: 'agent.changed', target: 'Cleo, until now Bea' })
  await command('agent', 'change', '--agent', gate.agent.id, '--ref', 'x')
  expect(lastLine()).toMatchObject({ action: 'agent.changed', target: 'Cleo' })
})

test('a field that a form leaves out stays as it was, as an option does', async () => {
  using faces = await bothFaces()
  const { gate, post, agentsPath } = faces
  const { agents } = gate.services
  const vapi = { provider: 'vapi', ref: uuid, fromNumber: uuid }
  atOnce(agents.change(gate.agent.id, { name: 'Ann', ...vapi }))
  expect((await post(`${agentsPath}/${gate.agent.id}`, { name: 'Bea' })).status).toBe(303)
  expect(atOnce(agents.find(gate.agent.id))).toMatchObject({ name: 'Bea', ...vapi })
})

test('an environment can be left without a default agent, at the page and the command line', async () => {
  using faces = await bothFaces()
  const { gate, post, agentsPath, command, lastLine } = faces
  const isNone = { action: 'default_agent.changed', environment: 'production', target: 'none' }
  const inProduction = ['--environment', 'production']
  const byCommand = await command('agent', 'default', ...inProduction, '--none', '--yes', '--json')
  expect(JSON.parse(byCommand.out)).toEqual({
    environment: 'production',
    default_agent: null,
    default_agent_name: null,
  })
  expect(lastLine()).toMatchObject({ ...isNone, actor: expect.stringMatching(/^command line \(.+\)$/) })
  expect((await gate.trigger()).status).toBe(400)
  await command('agent', 'default', ...inProduction, '--agent', gate.agent.id)
  expect((await gate.trigger()).status).toBe(200)
  await post(`${agentsPath}/default`, { environment: 'production', agent: '' })
  expect(lastLine()).toMatchObject(isNone)
  expect((await gate.trigger()).status).toBe(400)
})

test('the command line wants one agent or none, not both and not neither', async () => {
  using faces = await bothFaces()
  const { gate, command } = faces
  for (const words of [[], ['--none', '--agent', gate.agent.id]])
    expect(await command('agent', 'default', '--environment', 'production', ...words)).toMatchObject({
      code: 1,
      err: 'Choose one: agent or none.',
    })
  expect(gate.environment('production').defaultAgentId).toBe(gate.agent.id)
})

test('an agent of another agency is nobody’s default', async () => {
  using faces = await bothFaces()
  const { gate, post, agentsPath, command } = faces
  const other = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  const theirs = atOnce(
    gate.services.agents.create(other.id, { name: 'Bob', provider: 'simulator' }, gate.clock.now()),
  )
  const chosen = await command('agent', 'default', '--environment', 'production', '--agent', theirs.id)
  expect(chosen).toMatchObject({ code: 1, err: 'There is no such agent.' })
  expect((await post(`${agentsPath}/default`, { environment: 'production', agent: theirs.id })).status).toBe(
    404,
  )
  expect(gate.environment('production').defaultAgentId).toBe(gate.agent.id)
})
