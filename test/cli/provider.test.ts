import { describe, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { fieldsOf } from '../../src/operation/fields.ts'
import { readInput } from '../../src/cli/operation/input.ts'
import { setProvider } from '../../src/providers/operations/set.ts'
import { executable, startBinary } from '../support/binary.ts'
import { temporaryDataDir, temporaryDirectory } from '../support/directory.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

/** Commands on a data directory with an agency, fed with lines. */
const shell = async (settings: Record<string, string> = {}, ...lines: string[]) => {
  const directory = temporaryDataDir()
  const command = async (...words: string[]) => {
    const printed = { out: '', err: '' }
    const code = await run(words, {
      env: { CALLGATE_DATA_DIR: directory.path, ...settings },
      isTerminal: false,
      out: (text) => (printed.out += text),
      err: (text) => (printed.err += text),
      readLine: async () => lines.shift(),
    })
    return { code, ...printed }
  }
  const created = await command('agency', 'create', '--name', 'Acme', '--plan', 'agency', '--json')
  const { id: agency } = JSON.parse(created.out) as { id: string }
  const set = (...credentials: string[]) =>
    command(
      'provider',
      'set',
      '--agency',
      agency,
      '--provider=http',
      '--base-url=https://dialler.example',
      '--unchecked',
      ...credentials.flatMap((one) => ['--credential', one]),
    )
  const hint = async () => (await command('provider', 'list', '--agency', agency)).out
  return { directory, set, hint, [Symbol.dispose]: () => directory[Symbol.dispose]() }
}

describe('a credential', () => {
  test('comes from a file, without the blanks around it', async () => {
    using place = await shell()
    const file = join(place.directory.path, 'credential')
    writeFileSync(file, `  ${secret}\n`)
    expect(await place.set(`hook_secret=@${file}`)).toMatchObject({ code: 0 })
    expect(await place.hint()).toContain('hook_secret …LaSw')
  })

  test('comes from a line of standard input', async () => {
    using place = await shell({}, secret)
    expect(await place.set('hook_secret=-')).toMatchObject({ code: 0 })
    expect(await place.hint()).toContain('hook_secret …LaSw')
  })

  test('really begins with @ when it is given as @@', async () => {
    const io = { env: {}, isTerminal: false, out: () => {}, err: () => {} }
    const given = ['--credential', 'api_key=@@home', '--credential=hook_secret=a=b']
    expect(await readInput(io, fieldsOf(setProvider), given)).toEqual({
      credential: { api_key: '@home', hook_secret: 'a=b' },
    })
  })

  test.each([
    [
      'from a file that is not there',
      [`hook_secret=@/nowhere/${secret}`],
      'The file for hook_secret cannot be read',
    ],
    ['from an empty input', ['hook_secret=-'], 'The input for hook_secret is empty'],
    ['from one input twice', ['hook_secret=-', 'api_key=-'], 'Only one value can come from'],
    ['without a name', [`=${secret}`], 'given as name=value'],
  ])('%s is refused with a sentence that repeats nothing of it', async (_, credentials, sentence) => {
    using place = await shell()
    const { code, out, err } = await place.set(...credentials)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(sentence)
    expect(err).not.toContain(secret)
  })

  test('reaches the executable by its standard input', async () => {
    using directory = temporaryDirectory()
    await using server = await startBinary(directory.path, { CALLGATE_LOG_LEVEL: 'error' })
    const { id = '' } = await server.command('agency', 'create', '--name', 'Acme', '--plan', 'agency')
    const set = ['provider', 'set', '--agency', id, '--provider', 'http', '--unchecked', '--json']
    const words = [...set, '--base-url', 'https://dialler.example', '--credential', 'hook_secret=-']
    const child = Bun.spawn([executable, ...words], {
      env: { CALLGATE_DATA_DIR: directory.path },
      stdin: new Blob([`${secret}\nnot this\n`]),
      stderr: 'pipe',
    })
    expect(await child.exited).toBe(0)
    const [account] = (await server.command('provider', 'list', '--agency', id)) as unknown as object[]
    expect(account).toMatchObject({ credentials: { hook_secret: '…LaSw' } })
  })
})

describe('the address that a provider is to report to', () => {
  const notice = 'Set CALLGATE_PUBLIC_URL to this server’s public https URL'

  test.each([
    ['this machine alone', {}],
    ['a private network', { CALLGATE_HOST: '192.168.1.7' }],
    ['plain http', { CALLGATE_HOST: '8.8.8.8' }],
  ])('is said to be out of their reach when it is %s', async (_, settings: Record<string, string>) => {
    using place = await shell(settings)
    const { code, out } = await place.set(`hook_secret=${secret}`)
    expect(code).toBe(0)
    expect(out).toContain(notice)
  })

  test('is not spoken of when it is public', async () => {
    using place = await shell({ CALLGATE_PUBLIC_URL: 'https://calls.example.com' })
    const { code, out } = await place.set(`hook_secret=${secret}`)
    expect({ code, isTold: out.includes(notice) }).toEqual({ code: 0, isTold: false })
  })
})
