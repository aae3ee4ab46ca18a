import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { allExamples } from '../../src/cli/examples.ts'
import { operations } from '../../src/operations.ts'
import type { Io } from '../../src/cli/io.ts'
import { commands, run } from '../../src/cli/run.ts'
import { branchesOf } from '../../src/cli/tree.ts'
import { temporaryDataDir } from '../support/directory.ts'

const runWith = async (argv: string[], more: Partial<Io> = {}) => {
  let out = ''
  let err = ''
  const io: Io = {
    env: {},
    isTerminal: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
    ...more,
  }
  return { code: await run(argv, io), out, err }
}

const silent: Io = { env: {}, isTerminal: false, out: () => {}, err: () => {} }
const branches = branchesOf(commands(silent))
const leaves = branches.filter((branch) => branch.commands.length === 0)

const examples = allExamples(operations)

test('every command has an example, and no example is of a command that is not there', () => {
  expect(Object.keys(examples).toSorted()).toEqual(leaves.map(({ words }) => words.join(' ')).toSorted())
})

test.each(Object.entries(examples).flatMap(([name, lines]) => lines.map((line) => [name, line] as const)))(
  'the example of %p is one that it takes: %p',
  (name, line) => {
    const words = line.replace(/ > .*/, '').split(' ')
    const at = words.indexOf('callgate') + 1
    const branch = leaves.find((each) => each.words.join(' ') === name)
    expect(words.slice(at, at + (branch?.words.length ?? 0))).toEqual(branch?.words ?? [])
    const options = new Map(branch?.options.map((option) => [`--${option.name}`, option]))
    const rest = words.slice(at + (branch?.words.length ?? 0))
    for (let next = 0; next < rest.length; next++) {
      const option = options.get(rest[next] ?? '')
      if (!option) expect(branch?.takesFile && !/^-./.test(rest[next] ?? '')).toBe(true)
      if (!option?.takesValue) continue
      next++
      expect(rest[next]).toMatch(/^[^-]/)
      if (option.values.length > 0) expect(option.values).toContain(rest[next] ?? '')
    }
  },
)

test('the help of a command ends with its examples, and that of a group with one of each command', async () => {
  const { out } = await runWith(['key', 'rotate', '--help'])
  expect(out).toEndWith('EXAMPLES\n\n  callgate key rotate --agency Acme --environment production\n')
  expect((await runWith(['key', '--help'])).out.match(/^ {2}callgate key \w+ --agency/gm)).toHaveLength(5)
})

test('every command prints JSON for scripts', () => {
  const without = leaves.filter(({ options }) => !options.some(({ name }) => name === 'json'))
  expect(without.map(({ words }) => words.join(' '))).toEqual([])
})

test('long work shows its steps where somebody watches, clears them away, and nowhere else', async () => {
  using directory = temporaryDataDir()
  const env = { CALLGATE_DATA_DIR: directory.path }
  await runWith(['agency', 'create', '--name', 'Acme', '--plan', 'agency'], { env })
  const steps: string[] = []
  const backup = ['backup', join(directory.path, 'copy.db')]
  const { code, err } = await runWith(backup, { env, progress: (step) => void steps.push(step) })
  expect({ code, err, steps }).toEqual({ code: 0, err: '', steps: ['copying …', 'checking …', ''] })
})

const bashCompletes = async (script: string, ...words: string[]) => {
  const quoted = words.map((word) => `'${word}'`).join(' ')
  const program = `source /dev/stdin <<'SCRIPT'\n${script}\nSCRIPT\nCOMP_WORDS=(${quoted}) COMP_CWORD=${words.length - 1}\n_callgate\necho "\${COMPREPLY[@]}"`
  const bash = Bun.spawn(['bash', '--norc', '-c', program], { stdout: 'pipe', stderr: 'pipe' })
  expect(await new Response(bash.stderr).text()).toBe('')
  return (await new Response(bash.stdout).text()).trim()
}

test('bash completes commands, options and choices', async () => {
  const { out: script } = await runWith(['completion', 'bash'])
  expect(await bashCompletes(script, 'callgate', 'ag')).toBe('agency agent')
  expect(await bashCompletes(script, 'callgate', 'key', 'ro')).toBe('rotate')
  expect(await bashCompletes(script, 'callgate', 'key', 'rotate', '--')).toBe(
    '--agency --environment --replaces --yes --server --quiet --json --help',
  )
  const environment = ['callgate', 'key', 'rotate', '--agency', 'x', '--environment']
  expect(await bashCompletes(script, ...environment, '')).toBe('production staging')
  expect(await bashCompletes(script, ...environment, '=', 'st')).toBe('staging')
  expect(await bashCompletes(script, 'callgate', 'key', 'rotate', '--agency', '')).toBe('')
  expect(await bashCompletes(script, 'callgate', 'completion', '')).toBe('bash zsh fish --help')
})

test.each(['bash', 'zsh', 'fish'])('the script for %s knows every command and option', async (shell) => {
  const { out } = await runWith(['completion', shell])
  for (const { words, options } of leaves) {
    expect(out).toContain(words.at(-1) ?? '')
    for (const { name } of options) expect(out).toContain(shell === 'fish' ? `-l ${name} ` : `--${name}`)
  }
})

test.each(['bash', 'zsh', 'fish'].filter((shell) => Bun.which(shell) !== null))(
  'the script for %s is one that the shell can read',
  async (shell) => {
    const { out } = await runWith(['completion', shell])
    const read = Bun.spawnSync([shell, '-n', '/dev/stdin'], { stdin: Buffer.from(out), stderr: 'pipe' })
    expect({ code: read.exitCode, err: String(read.stderr) }).toEqual({ code: 0, err: '' })
  },
)

test('the configuration is shown with its sources and without its secret; a name that means nothing is told', async () => {
  const secret = 'a secret for tests, of 32 or more'
  const env = { CALLGATE_PORT: '8080', CALLGATE_SECRET: secret, CALLGATE_PROT: '1' }
  const { code, out, err } = await runWith(['config'], { env })
  expect({ code, err }).toEqual({ code: 0, err: 'CALLGATE_PROT is set, but callgate doesn’t know it.\n' })
  expect(out).toMatch(/^CALLGATE_PORT +8080 +environment$/m)
  expect(out).toMatch(/^CALLGATE_HOST +127\.0\.0\.1 +default$/m)
  expect(out).toMatch(/^CALLGATE_SECRET +\(hidden\) +environment$/m)
  expect(out).not.toContain(secret)
  const json = await runWith(['config', '--json'], { env })
  expect(JSON.parse(json.out)).toMatchObject({ unknown: ['CALLGATE_PROT'] })
  expect(json.out).not.toContain(secret)
})

test('a setting that opens more than it should is warned of', async () => {
  const env = { CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true' }
  const { code, err } = await runWith(['config'], { env })
  expect({ code, err }).toEqual({
    code: 0,
    err: expect.stringMatching(
      /^CALLGATE_ALLOW_PRIVATE_DESTINATIONS: every agency can .*10\.0\.0\.0\/8,hooks\.lan:8443\.\n$/,
    ),
  })
  const listed = { CALLGATE_ALLOW_PRIVATE_DESTINATIONS: '10.0.0.0/8' }
  expect((await runWith(['config'], { env: listed })).err).toBe('')
})

test('all that is wrong with the configuration is named at once: exit 2', async () => {
  const env = { CALLGATE_PORT: 'x', CALLGATE_TLS_KEY: 'key.pem' }
  expect(await runWith(['config'], { env })).toEqual({
    code: 2,
    out: '',
    err: 'CALLGATE_PORT must be a whole number from 0 to 65535.\nSet both CALLGATE_TLS_CERT and CALLGATE_TLS_KEY, or neither.\n',
  })
})
