import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../package.json'
import { allExamples } from '../../src/cli/examples.ts'
import { triggerCall } from '../../src/calls/operations/trigger.ts'
import { readInput } from '../../src/cli/operation/input.ts'
import { fieldsOf } from '../../src/operation/fields.ts'
import { operations } from '../../src/operations.ts'
import { run } from '../../src/cli/run.ts'
import { temporaryDataDir, temporaryDirectory } from '../support/directory.ts'

const unknownId = '00000000-0000-4000-8000-000000000000'

/** Runs commands on one data directory, as a person at a terminal would. */
const shell = (dataDir: string) => {
  const runIn = async (line: string) => {
    let out = ''
    let err = ''
    const code = await run(line.split(' '), {
      env: { CALLGATE_DATA_DIR: dataDir },
      isTerminal: false,
      out: (text) => (out += text),
      err: (text) => (err += text),
    })
    return { code, out, err }
  }
  const json = async (line: string) =>
    JSON.parse((await runIn(`${line} --json`)).out) as Record<string, string>
  return { runIn, json }
}

const examples = allExamples(operations)

test('from an agency to a key, each step printing what the next one needs', async () => {
  using directory = temporaryDataDir()
  const { runIn, json } = shell(directory.path)
  const { id: agency } = await json('agency create --name Acme --plan agency')
  const { id: agent } = await json(`agent create --agency ${agency} --name A --provider simulator`)
  expect(await json(`agent default --agency ${agency} --environment production --agent ${agent}`)).toEqual({
    environment: 'production',
    default_agent: agent ?? '',
    default_agent_name: 'A',
  })
  const { key, last4 } = await json(`key generate --agency ${agency} --environment production`)
  expect(key).toMatch(/^bvai_sk_[0-9A-Za-z]{38}$/)
  expect(last4).toBe(key?.slice(-4) ?? '')

  const list = await runIn('agency list')
  expect(list.out).toMatch(new RegExp(`^${agency}  agency  .+ UTC +– +Acme$`, 'm'))
  expect((await runIn(`agent list --agency ${agency}`)).out).toContain(`${agent}  simulator  A`)
})

test('what an agent may do without can be given blank', async () => {
  using directory = temporaryDataDir()
  const { runIn, json } = shell(directory.path)
  const { id: agency } = await json('agency create --name Acme --plan agency')
  const create = `agent create --agency ${agency} --name A`
  expect(await json(`${create} --ref= --from=\t`)).toMatchObject({ ref: null, from: null })
  expect(await runIn(`${create} --provider vapi --ref= --from=F`)).toMatchObject({
    code: 1,
    err: expect.stringContaining('needs its assistant ID'),
  })
})

test('an agent changes in what is said, and in nothing else', async () => {
  using directory = temporaryDataDir()
  const { runIn, json } = shell(directory.path)
  const { id: agency } = await json('agency create --name Acme --plan agency')
  const { id: other } = await json('agency create --name Other --plan agency')
  const ref = '7d0f2c9e-5b1a-4c38-8e6f-90ab12cd34ef'
  const { id: agent } = await json(
    `agent create --agency ${agency} --name A --provider vapi --ref ${ref} --from ${unknownId}`,
  )
  const change = `agent change --agency ${agency} --agent ${agent}`
  expect(await json(`${change} --name B`)).toMatchObject({
    name: 'B',
    provider: 'vapi',
    ref,
    from: unknownId,
  })
  expect(await json(`${change} --provider bland --from=`)).toMatchObject({
    name: 'B',
    provider: 'bland',
    ref,
    from: null,
  })
  expect(await runIn(`${change} --provider vapi`)).toMatchObject({ code: 1 })
  expect(await runIn(change)).toMatchObject({ code: 1, err: expect.stringContaining('Say what to change') })
  expect(await runIn(`agent change --agency ${other} --agent ${agent} --name C`)).toMatchObject({
    code: 1,
    err: 'There is no such agent.\n',
  })
  expect((await runIn(`agent list --agency ${agency}`)).out).toContain(`${agent}  bland     B`)
})

test('rotating names the key that ended, and showing never shows a key', async () => {
  using directory = temporaryDataDir()
  const { runIn, json } = shell(directory.path)
  const { id: agency } = await json('agency create --name Acme --plan agency')
  const whose = `--agency ${agency} --environment staging`
  expect(await runIn(`key rotate ${whose}`)).toMatchObject({
    code: 1,
    err: 'There is no staging key to rotate. Generate one.\n',
  })
  const { last4 } = await json(`key generate ${whose}`)
  const rotated = await json(`key rotate ${whose} --yes`)
  expect(rotated.replaced_last4).toBe(last4 ?? '')
  const shown = await runIn(`key show ${whose} --json`)
  expect(JSON.parse(shown.out)).toMatchObject({ last4: rotated.last4, access: 'enabled', plan: 'agency' })
  expect(shown.out).not.toContain(rotated.key ?? 'bvai')
})

test('the switch and the plan can be changed and are shown', async () => {
  using directory = temporaryDataDir()
  const { json } = shell(directory.path)
  const { id: agency } = await json('agency create --name Acme --plan agency')
  const whose = `--agency ${agency} --environment production`
  expect(await json(`key disable ${whose}`)).toMatchObject({ access: 'disabled' })
  expect(await json(`agency plan --agency ${agency} --plan growth`)).toMatchObject({ plan: 'growth' })
  expect(await json(`key show ${whose}`)).toMatchObject({ access: 'disabled', plan: 'growth', last4: null })
  expect(await json(`key enable ${whose}`)).toMatchObject({ access: 'enabled' })
})

test('limits are set each for itself, and given back to the server’s', async () => {
  using directory = temporaryDataDir()
  const { runIn, json } = shell(directory.path)
  const { id: agency } = await json('agency create --name Acme --plan agency')
  const whose = `--agency ${agency} --environment production`
  const limits = (environment: object, requests: number | null, calls: number | null) =>
    expect(environment).toMatchObject({ requests_per_minute: requests, concurrent_calls: calls })
  limits(await json(`environment limits ${whose} --requests-per-minute 500`), 500, null)
  limits(await json(`environment limits ${whose} --concurrent-calls=25`), 500, 25)
  limits(await json(`environment limits ${whose} --requests-per-minute default`), null, 25)
  limits(await json(`environment show ${whose}`), null, 25)
  for (const wrong of ['', '--requests-per-minute 0', '--concurrent-calls=', '--concurrent-calls 1000001']) {
    const { code, out, err } = await runIn(`environment limits ${whose} ${wrong}`.trim())
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^[A-Z].*\.\n$/)
  }
})

test.each([
  ['no command', ''],
  ['an unknown command', 'dial'],
  ['half a command', 'key'],
  ['a missing option', 'agency create --name Acme'],
  ['a misspelt option', `key show --agency ${unknownId} --enviroment production`],
  ['an option without its value', 'agency create --plan agency --name'],
  ['a value outside the choice', 'agency create --name Acme --plan gold'],
  ['a word too many', 'version please'],
])('%s is a usage error: exit 2, and where the help is', async (_, line) => {
  using directory = temporaryDirectory()
  const { code, out, err } = await shell(join(directory.path, 'data')).runIn(line)
  expect({ code, out }).toEqual({ code: 2, out: '' })
  const isBare = line === ''
  if (isBare) expect(err).toContain('USAGE callgate')
  else expect(err).toMatch(/^[^\n]+ Show help with: callgate help[^\n]*\n$/)
  expect(existsSync(join(directory.path, 'data'))).toBe(false)
})

test.each([
  ['an unknown agency', `key generate --agency ${unknownId} --environment production`],
  ['an unknown agency for an agent', `agent create --agency ${unknownId} --name A`],
  ['an empty name', 'agency create --name= --plan agency'],
])('%s is refused with a sentence and exit 1', async (_, line) => {
  using directory = temporaryDataDir()
  const { runIn } = shell(directory.path)
  await runIn('agency create --name Acme --plan agency')
  const { code, out, err } = await runIn(line)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^[A-Z].*\.\n$/)
})

test('an agent of another agency cannot become the default', async () => {
  using directory = temporaryDataDir()
  const { runIn, json } = shell(directory.path)
  const { id: one } = await json('agency create --name One --plan agency')
  const { id: two } = await json('agency create --name Two --plan agency')
  const { id: agent } = await json(`agent create --agency ${two} --name A`)
  const { code, err } = await runIn(`agent default --agency ${one} --environment staging --agent ${agent}`)
  expect({ code, err }).toEqual({ code: 1, err: 'There is no such agent.\n' })
})

const makesData = new Set(['serve', 'demo', 'restore'])
const needsNoData = new Set([
  'config',
  'scan',
  'version',
  'completion bash',
  'completion zsh',
  'completion fish',
])

test.each(Object.entries(examples).filter(([name]) => !makesData.has(name)))(
  '%s makes no data directory, and says how to name another',
  async (name, [line = '']) => {
    using directory = temporaryDirectory()
    const elsewhere = join(directory.path, 'elsewhere')
    const words = line.slice(line.indexOf('callgate ') + 9).replace(/ > .*/, '')
    const { code, err } = await shell(elsewhere).runIn(
      words.replace('scan .', `scan ${directory.path}`).replaceAll(/=@\S+/g, '=x'),
    )
    expect(existsSync(elsewhere)).toBe(false)
    if (needsNoData.has(name)) return expect(code).toBe(0)
    expect({ code, err }).toEqual({
      code: 1,
      err: `There is no callgate data in ${elsewhere}. Set CALLGATE_DATA_DIR to the server's data directory.\n`,
    })
  },
)

test('every command has a help text', async () => {
  using directory = temporaryDirectory()
  const { runIn } = shell(directory.path)
  for (const line of ['--help', 'serve --help', 'key --help', 'key rotate --help', 'agent default -h']) {
    const { code, out, err } = await runIn(line)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('USAGE callgate')
  }
})

test('the version is the package’s', async () => {
  using directory = temporaryDirectory()
  const { runIn } = shell(directory.path)
  for (const line of ['version', '--version', '-v'])
    expect(await runIn(line)).toEqual({ code: 0, out: `${version}\n`, err: '' })
})

test('a noun that is given options and no verb is shown or listed', async () => {
  using directory = temporaryDataDir()
  const { runIn, json } = shell(directory.path)
  await json('agency create --name Acme --plan agency')
  expect((await runIn('agency --agency Acme')).out).toContain('name: Acme')
  expect((await runIn('audit')).out).toContain('agency.created')
  expect((await runIn('usage --agency Acme --json')).code).toBe(0)
  expect((await runIn('agency')).err).toStartWith('Which command? One of: create, ')
})

test('a JSON flag keeps every digit, and what is no JSON is refused without being repeated', async () => {
  const io = { env: {}, isTerminal: false, out: () => {}, err: () => {} }
  const fields = fieldsOf(triggerCall)
  const input = await readInput(io, fields, ['--metadata', '{"order": 12345678901234567890}'])
  expect(JSON.stringify(input)).toBe('{"metadata":{"order":12345678901234567890}}')
  expect(readInput(io, fields, ['--metadata', '{secret'])).rejects.toThrow('--metadata is not valid JSON.')
})

test('a variable of the runtime that weakens callgate is refused by every command, with a sentence that names it', async () => {
  using directory = temporaryDirectory()
  const runWith = async (variables: Record<string, string>, ...argv: string[]) => {
    let err = ''
    const env = { CALLGATE_DATA_DIR: directory.path, ...variables }
    const code = await run(argv, { env, isTerminal: false, out: () => {}, err: (text) => (err += text) })
    return { code, err }
  }
  const dangerous = {
    BUN_BE_BUN: '0',
    BUN_CONFIG_VERBOSE_FETCH: 'curl',
    BUN_INSPECT: '9229',
    BUN_INSPECT_CONNECT_TO: '127.0.0.1:9229',
    BUN_OPTIONS: '--preload=./x.js',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
  }
  for (const command of [['version'], ['serve'], ['agency', 'list', '--server', 'https://gate.test']]) {
    const { code, err } = await runWith(dangerous, ...command)
    expect(code).toBe(2)
    const lines = err.trimEnd().split('\n')
    expect(lines.map((line) => line.split(' ')[0] ?? '')).toEqual(Object.keys(dangerous))
    for (const line of lines) expect(line).toMatch(/^[A-Z_]+ \w.+\. Unset it\.$/)
  }
  expect(existsSync(join(directory.path, 'callgate.db'))).toBe(false)
  for (const harmless of [
    { BUN_OPTIONS: ' ' },
    { NODE_TLS_REJECT_UNAUTHORIZED: '1' },
    { BUN_CONFIG_MAX_HTTP_REQUESTS: '9' },
  ])
    expect(await runWith(harmless, 'version')).toEqual({ code: 0, err: '' })
})
