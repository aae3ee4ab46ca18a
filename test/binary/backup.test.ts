import { expect, test } from 'bun:test'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { executable, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { canTrace } from '../support/strace.ts'

const silent = { CALLGATE_LOG_LEVEL: 'error' }

const shell = (script: string, env: Record<string, string>, cwd: string) => {
  const { exitCode, stdout, stderr } = Bun.spawnSync(['bash', '-euo', 'pipefail', '-c', script, executable], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    cwd,
  })
  return { code: exitCode, out: String(stdout), err: String(stderr) }
}

test('a backup is piped on, and a piped one is restored, with nothing left beside either', async () => {
  using directory = temporaryDirectory()
  using elsewhere = temporaryDirectory()
  await using server = await startBinary(directory.path, silent)
  const { agency } = await provision(server.command)
  const before = readdirSync(directory.path)
  const env = { CALLGATE_DATA_DIR: directory.path, TARGET: join(elsewhere.path, 'data') }
  const piped = shell(
    'cd "$CALLGATE_DATA_DIR"; "$0" backup - | CALLGATE_DATA_DIR="$TARGET" "$0" restore - && cp secret "$TARGET"',
    env,
    elsewhere.path,
  )
  expect(piped).toMatchObject({ code: 0, out: expect.stringContaining('and checked: agencies 1, calls 0.') })
  expect(piped.err).toStartWith('Backed up to standard output and checked: agencies 1, calls 0, ')
  expect(readdirSync(directory.path)).toEqual(before)
  expect(readdirSync(elsewhere.path)).toEqual(['data'])
  expect(readdirSync(env.TARGET).filter((name) => name.includes('part'))).toEqual([])
  const list = shell('"$0" agency list', { CALLGATE_DATA_DIR: env.TARGET }, elsewhere.path)
  expect(list.out).toContain(agency)
}, 60_000)

test('a copy that is piped on is whole, whatever its size, however slowly it is taken', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path, silent)
  await provision(server.command)
  const env = { CALLGATE_DATA_DIR: directory.path }
  const script =
    '"$0" backup - --json 2> said | (head -c 4096; sleep 0.3; cat) > copy.db && "$0" backup whole.db > /dev/null'
  expect(shell(script, env, directory.path)).toEqual({ code: 0, out: '', err: '' })
  const [copy, whole] = ['copy.db', 'whole.db'].map((name) => readFileSync(join(directory.path, name)))
  expect(whole && copy?.equals(whole)).toBe(true)
  expect(JSON.parse(readFileSync(join(directory.path, 'said'), 'utf8'))).toMatchObject({
    file: '-',
    checked: true,
  })
}, 60_000)

test('what is cut off on its way is not restored, and nothing is left of it', async () => {
  using directory = temporaryDirectory()
  using elsewhere = temporaryDirectory()
  await using _ = await startBinary(directory.path, silent)
  const env = { CALLGATE_DATA_DIR: directory.path, TARGET: join(elsewhere.path, 'data') }
  const cut =
    '("$0" backup - 2> /dev/null || true) | head -c 20000 | CALLGATE_DATA_DIR="$TARGET" "$0" restore -'
  const { code, err } = shell(cut, env, elsewhere.path)
  expect({ code, err }).toEqual({ code: 1, err: expect.stringMatching(/^It is damaged/) })
  expect(readdirSync(env.TARGET).filter((name) => /part|callgate\.db/.test(name))).toEqual([])
}, 60_000)

test('a backup is never printed on a terminal', async () => {
  using directory = temporaryDirectory()
  await using _ = await startBinary(directory.path, silent)
  let err = ''
  let out = ''
  const code = await run(['backup', '-'], {
    env: { CALLGATE_DATA_DIR: directory.path },
    isTerminal: true,
    out: (text) => (out += text),
    err: (text) => (err += text),
    outFile: async (path) => void (out += path),
  })
  expect({ code, out, err }).toEqual({
    code: 1,
    out: '',
    err: 'A backup can’t be written to a terminal. Redirect it: callgate backup - > callgate-monday.db\n',
  })
  expect(existsSync('-')).toBe(false)
}, 60_000)

test.if(canTrace())(
  'a backup is whole and said to be, where directories cannot be synced',
  async () => {
    using directory = temporaryDirectory()
    await using _ = await startBinary(directory.path, silent)
    const env = { CALLGATE_DATA_DIR: directory.path }
    const log = join(directory.path, 'log')
    const traced = [
      'strace',
      '-fqq',
      '-y',
      '-o',
      log,
      '-P',
      directory.path,
      '-e',
      'inject=fsync:error=EINVAL',
    ]
    const copy = join(directory.path, 'copy.db')
    const { exitCode, stdout, stderr } = Bun.spawnSync([...traced, executable, 'backup', copy], { env })
    expect({ code: exitCode, err: String(stderr) }).toEqual({ code: 0, err: '' })
    expect(String(stdout)).toStartWith(`Backed up to ${copy} and checked: `)
    expect(readFileSync(log, 'utf8')).toContain('(INJECTED)')
    expect(existsSync(copy)).toBe(true)
  },
  60_000,
)
