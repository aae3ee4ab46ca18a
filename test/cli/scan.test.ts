import { expect, test } from 'bun:test'
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { mintToken } from '../../src/keys/token.ts'
import { emptyDataDir, temporaryDirectory } from '../support/directory.ts'

/** A directory to scan beside a data directory, and keys of every kind. */
const open = async () => {
  const directory = temporaryDirectory()
  const files = join(directory.path, 'files')
  mkdirSync(files)
  emptyDataDir(join(directory.path, 'data'))
  const command = async (argv: string[], data = join(directory.path, 'data'), input?: Uint8Array[]) => {
    let out = ''
    let err = ''
    const code = await run(argv, {
      env: { CALLGATE_DATA_DIR: data },
      isTerminal: false,
      out: (text) => (out += text),
      err: (text) => (err += text),
      ...(input === undefined
        ? {}
        : {
            input: async function* () {
              yield* input
            },
          }),
    })
    return { code, out, err }
  }
  const json = async (line: string) =>
    JSON.parse((await command([...line.split(' '), '--json'])).out) as Record<string, string>
  const { id: agency = '' } = await json('agency create --name Acme --plan agency')
  const whose = `--agency ${agency} --environment production`
  const { key: replaced = '' } = await json(`key generate ${whose}`)
  const { key: live = '' } = await json(`key rotate ${whose} --yes`)
  return {
    agency,
    replaced,
    live,
    foreign: mintToken(),
    files,
    write: (name: string, content: string | Uint8Array) => Bun.write(join(files, name), content),
    scan: (...argv: string[]) => command(['scan', ...argv]),
    scanInput: (...pieces: Uint8Array[]) => command(['scan', '-'], undefined, pieces),
    scanAlone: (...argv: string[]) => command(['scan', ...argv], join(directory.path, 'nothing')),
    json,
    [Symbol.dispose]: () => directory[Symbol.dispose](),
  }
}

const masked = (key: string) => `bvai_sk_…${key.slice(-4)}`

test('says of each key where it stands and whether it is live, and never the key itself', async () => {
  using place = await open()
  const { agency, files, foreign, live, replaced } = place
  await place.write('a.env', `\n\nKEY=${live}\n`)
  await place.write('deep/b.ts', `const old = '${replaced}', theirs = '${foreign}'`)
  const { code, out, err } = await place.scan(files)
  expect({ code, err }).toEqual({ code: 1, err: 'Keys found: 3; live: 1.\n' })
  const lines = out.split('\n')
  expect(lines[0]).toBe(`${files}/a.env:3: ${masked(live)} is LIVE: the production key of Acme. Rotate it.`)
  expect(lines[1]).toMatch(/b\.ts:1: bvai_sk_…\w{4} was the production key of Acme, replaced on 20\d\d-/)
  expect(lines[2]).toContain(`${masked(foreign)} is not of this callgate.`)
  for (const key of [foreign, live, replaced]) expect(out).not.toContain(key.slice(0, -4))

  const printed = await place.scan(files, '--json')
  const { found } = JSON.parse(printed.out) as { found: Record<string, unknown>[] }
  expect(found.map(({ state }) => state)).toEqual(['live', 'replaced', 'foreign'])
  expect(found[0]).toEqual({
    file: `${files}/a.env`,
    line: 3,
    key: masked(live),
    state: 'live',
    agency,
    environment: 'production',
    replaced_at: null,
  })
  for (const key of [foreign, live, replaced]) expect(printed.out).not.toContain(key.slice(0, -4))
})

test('finds nothing where there is nothing: exit 0, and says what was passed over', async () => {
  using place = await open()
  await place.write('noise.txt', `${place.live.slice(0, -1)}! bvai_sk_${'x'.repeat(38)}`)
  await place.write('image.png', `\0\0${place.live}`)
  await place.write('node_modules/x/index.js', place.live)
  await place.write('.git/objects/aa/bb', place.live)
  symlinkSync(join(place.files, 'image.png'), join(place.files, 'link.txt'))
  expect(await place.scan(place.files)).toEqual({
    code: 0,
    err: '',
    out: 'Files scanned: 1. Skipped: packed git objects 1, binary files 1, symbolic links 1, node_modules directories 1.\n',
  })
})

test('names what cannot be read, and a path where there is nothing', async () => {
  using place = await open()
  expect(await place.scan('/nowhere')).toMatchObject({ code: 1, err: 'There is nothing at /nowhere.\n' })
  // Root reads everything.
  if (process.getuid?.() === 0) return
  await place.write('closed', 'x')
  chmodSync(join(place.files, 'closed'), 0)
  const { code, err } = await place.scan(place.files)
  expect({ code, err }).toEqual({ code: 0, err: `${place.files}/closed could not be read.\n` })
})

const utf16 = (text: string, mark: boolean, bigEndian: boolean) => {
  const bytes = Buffer.from(`${mark ? '\ufeff' : ''}${text}`, 'utf16le')
  return bigEndian ? bytes.swap16() : bytes
}

test.each([
  ['little-endian with its mark', true, false],
  ['big-endian with its mark', true, true],
  ['little-endian', false, false],
  ['big-endian', false, true],
])('finds a key in UTF-16, %s, in a file and piped in', async (_, mark, bigEndian) => {
  using place = await open()
  const text = `žluť\r\n${'a word or two, '.repeat(10_000)}\r\nset KEY=${place.live}\r\n`
  const bytes = utf16(text, mark, bigEndian)
  await place.write('keys.txt', bytes)
  const found = `3: ${masked(place.live)} is LIVE: the production key of Acme. Rotate it.`
  const { code, out } = await place.scan(place.files)
  expect({ code, line: out.split('\n')[0] }).toEqual({ code: 1, line: `${place.files}/keys.txt:${found}` })
  expect((await place.scanInput(bytes)).out).toStartWith(`-:${found}`)
})

test('reads UTF-16 wherever a stream of it is cut', async () => {
  using place = await open()
  const bytes = utf16(`日本 ${place.live}`, true, false)
  const oneByOne = [...bytes].map((byte) => Uint8Array.of(byte))
  expect((await place.scanInput(...oneByOne)).out).toStartWith(`-:1: ${masked(place.live)} is LIVE`)
})

test('reads what is piped in', async () => {
  using place = await open()
  const { code, out } = await place.scanInput(Buffer.from(`+ export KEY=${place.live}`))
  expect({ code, out: out.split('\n')[0] }).toEqual({
    code: 1,
    out: `-:1: ${masked(place.live)} is LIVE: the production key of Acme. Rotate it.`,
  })
})

test('tells a key also without a data directory, and says that it cannot know', async () => {
  using place = await open()
  await place.write('a', place.live)
  await place.write('b', place.live)
  const { code, out } = await place.scanAlone(join(place.files, 'a'), join(place.files, 'b'))
  expect(code).toBe(1)
  expect(out.match(/may be live. There is no data directory/g)).toHaveLength(2)
})

test('finds a key in the midst of a file of many pieces, with its line', async () => {
  using place = await open()
  const filler = Buffer.alloc(8 * 1024 * 1024, 'abc de\n')
  await Bun.write(join(place.files, 'huge.log'), new Blob([filler, `\n${place.live}\n`, filler]))
  const { out } = await place.scan(place.files)
  expect(out).toContain(`huge.log:${filler.toString().split('\n').length + 1}: ${masked(place.live)}`)
})

test('an admin token is found as a key is, live or revoked, and never printed', async () => {
  using place = await open()
  const { json, files } = place
  const { id, token = '' } = await json('token create --name ci --permission key.show')
  await place.write('ci.yaml', `token: ${token}\n`)
  const live = await place.scan(files)
  expect(live.out).toContain(
    `ci.yaml:1: bvai_admin_…${token.slice(-4)} is LIVE: the admin token ci. Revoke it.`,
  )
  await json(`token revoke --token ${id} --yes`)
  const dead = await place.scan(files)
  expect(dead.out).toContain('was the admin token ci, revoked on ')
  expect(live.out + dead.out).not.toContain(token)
})
