import { expect, test } from 'bun:test'
import { copyFileSync, existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { executable } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { canTrace } from '../support/strace.ts'
import { atOnce } from '../../src/work.ts'

const credentials = { api_key: 'a-very-secret-key', hook_secret: 'a-very-secret-hook' }
const [first, second] = ['the first secret, of 32 characters', 'the second secret, of 32 characters'] as const

/** A data directory with sealed credentials and an audit. */
const filled = (secret: string | null = null) => {
  const directory = temporaryDirectory()
  const dataDir = new DataDir({ dataDir: directory.path, secret })
  {
    using stores = dataDir.openStores()
    const { id: agencyId } = atOnce(stores.agencies.create('Acme', 'agency', 1))
    atOnce(stores.accounts.save({ agencyId, provider: 'vapi', baseUrl: null, credentials }, 1))
    const [environment] = atOnce(stores.environments.list(agencyId))
    atOnce(stores.webhooks.save(environment?.id ?? '', 'https://example.com/', 'whsec_secret', 1))
    atOnce(stores.audit.record({ at: 1, actor: 'x', address: null, action: 'signed_in' }))
  }
  const command = async (words: string, env: Record<string, string> = {}) => {
    const said = { out: '', err: '' }
    const code = await run(words.split(' '), {
      env: { CALLGATE_DATA_DIR: directory.path, ...env },
      isTerminal: false,
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
    })
    return { code, ...said }
  }
  return { ...directory, file: (name: string) => join(directory.path, name), command }
}

/** What the credentials of the only account are, under the secret that the directory or the environment has. */
const opened = (path: string, secret: string | null = null) => {
  using stores = new DataDir({ dataDir: path, secret }).openStores()
  const [agency] = atOnce(stores.agencies.list())
  const [account] = atOnce(stores.accounts.list(agency?.id ?? ''))
  return account && stores.accounts.open(account)
}

const wellKept = { code: 0, err: '' }

test('a new secret opens everything, the old one nothing, and the audit says who did it', async () => {
  using data = filled()
  const before = readFileSync(data.file('secret'), 'utf8')
  const rotated = await data.command('secret rotate')
  expect(rotated).toMatchObject({ ...wellKept, out: expect.stringContaining('Encrypted anew: 2.') })
  expect(readFileSync(data.file('secret'), 'utf8')).not.toBe(before)
  expect(existsSync(data.file('secret.next'))).toBe(false)
  expect(opened(data.path)).toEqual(credentials)
  expect(() => opened(data.path, before.trim())).toThrow('is not the one that this database is sealed with')
  const { code, out } = await data.command('doctor')
  expect([code, out]).toEqual([0, expect.stringContaining('2 entries, none changed or taken out')])
  const audit = JSON.parse((await data.command('audit --json')).out) as object[]
  expect(audit[0]).toMatchObject({
    action: 'secret.rotated',
    actor: expect.stringContaining('command line ('),
  })
})

test('a secret of the environment is replaced by another one, with the one before beside it', async () => {
  using data = filled(first)
  const both = { CALLGATE_SECRET: second, CALLGATE_PREVIOUS_SECRET: first }
  const without = await data.command('secret rotate', { CALLGATE_SECRET: second })
  expect([without.code, without.err]).toEqual([1, expect.stringContaining('Set CALLGATE_PREVIOUS_SECRET')])
  const wrong = { ...both, CALLGATE_PREVIOUS_SECRET: `${second} and more` }
  expect((await data.command('secret rotate', wrong)).err).toStartWith(
    'CALLGATE_PREVIOUS_SECRET (or the file',
  )
  expect(await data.command('secret rotate', both)).toMatchObject(wellKept)
  expect(opened(data.path, second)).toEqual(credentials)
  const again = await data.command('secret rotate', both)
  expect(again.out).toBe('This secret is in use already. Nothing was changed.\n')
  expect(opened(data.path, second)).toEqual(credentials)
})

test('a secret moves from its file to the environment, and back', async () => {
  using data = filled()
  expect(await data.command('secret rotate', { CALLGATE_SECRET: second })).toMatchObject(wellKept)
  expect(opened(data.path, second)).toEqual(credentials)
  rmSync(data.file('secret'))
  expect(await data.command('secret rotate', { CALLGATE_PREVIOUS_SECRET: second })).toMatchObject(wellKept)
  expect(opened(data.path)).toEqual(credentials)
})

test('without the lost secret nothing starts; a new one is put in its place, and says what has to be saved again', async () => {
  using data = filled()
  expect((await data.command('secret rotate --lost')).err).toStartWith('The secret is not lost')
  rmSync(data.file('secret'))
  rmSync(data.file('secret.next'), { force: true })
  expect((await data.command('agency list')).err).toContain('callgate secret rotate --lost')
  expect((await data.command('secret rotate')).code).toBe(1)
  const { out } = await data.command('secret rotate --lost')
  expect(out).toContain('Save these again: vapi account of Acme, production webhook of Acme.')
  expect(() => opened(data.path)).toThrow('cannot be decrypted')
  const doctor = await data.command('doctor')
  expect(doctor.out).toContain('does not decrypt vapi account of Acme, production webhook of Acme')
  expect(doctor.out).toContain('entries, none changed')
})

test('while a server runs, no secret is replaced', async () => {
  using data = filled()
  const held = new DataDir({ dataDir: data.path, secret: null }).lock()
  const refused = await data.command('secret rotate')
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('Stop it first.')])
  held?.unlock()
})

test.each([
  ['before its commit', false],
  ['after its commit', true],
])('a replacement that was cut off %s is nothing lost, and the next one is done', async (_, isCommitted) => {
  using data = filled()
  const old = data.file('old')
  copyFileSync(data.file('secret'), old)
  if (isCommitted) {
    await data.command('secret rotate')
    copyFileSync(data.file('secret'), data.file('secret.next'))
    copyFileSync(old, data.file('secret'))
  } else await Bun.write(data.file('secret.next'), `${second}\n`)
  expect((await data.command('doctor')).code).toBe(0)
  expect(opened(data.path)).toEqual(credentials)
  expect(await data.command('secret rotate')).toMatchObject(wellKept)
  expect(opened(data.path)).toEqual(credentials)
  expect(readdirSync(data.path).filter((name) => name.startsWith('secret'))).toEqual(['secret'])
})

test.if(canTrace())(
  'killed at any write, sync or rename of it, everything opens afterwards',
  async () => {
    const outcomes = new Set<string>()
    for (const call of ['fsync,fdatasync', 'pwrite64', 'rename,renameat,renameat2,link,linkat'])
      for (let when = 1; when <= 40; when += when < 8 ? 1 : 6) {
        using data = filled()
        const before = readFileSync(data.file('secret'), 'utf8')
        const log = data.file('strace')
        const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=KILL:when=${when}`]
        const { exitCode } = Bun.spawnSync(
          ['strace', '-fqq', '-o', log, ...inject, executable, 'secret', 'rotate'],
          {
            env: { CALLGATE_DATA_DIR: data.path },
          },
        )
        expect({ call, when, opened: opened(data.path) }).toEqual({ call, when, opened: credentials })
        const isNew = readFileSync(data.file('secret'), 'utf8') !== before
        outcomes.add(`${exitCode === 0 ? 'done' : 'killed'}, ${isNew ? 'new' : 'old'}`)
        if (exitCode === 0) break
      }
    expect([...outcomes].toSorted()).toEqual(['done, new', 'killed, new', 'killed, old'])
  },
  120_000,
)
