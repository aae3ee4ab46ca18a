import { expect, test } from 'bun:test'
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { temporaryDirectory } from '../support/directory.ts'

/** A data directory with a database and a secret. */
const filled = () => {
  const directory = temporaryDirectory()
  using _ = new DataDir({ dataDir: directory.path, secret: null }).openStores()
  return directory
}

const serving = (path: string) => () =>
  new DataDir({ dataDir: path, secret: null }).openServingDatabase().close()

test('a directory of one’s own is served, also through a link to it', () => {
  using directory = filled()
  using elsewhere = temporaryDirectory()
  expect(serving(directory.path)).not.toThrow()
  const link = join(elsewhere.path, 'data')
  symlinkSync(directory.path, link)
  expect(serving(link)).not.toThrow()
})

test.each([
  ['', 0o720],
  ['', 0o702],
  ['secret', 0o620],
  ['secret', 0o602],
  ['callgate.db', 0o660],
])('no server starts where others may write to the directory or a file in it: "%s" %o', (name, mode) => {
  using directory = filled()
  const path = name === '' ? directory.path : join(directory.path, name)
  chmodSync(path, mode)
  expect(serving(directory.path)).toThrow(`Other users can change ${path}. Run: chmod go-w ${path}`)
  chmodSync(path, 0o700)
  expect(serving(directory.path)).not.toThrow()
})

test.if(process.getuid?.() === 0)('nor where one of them belongs to somebody else', () => {
  for (const name of ['', 'secret', 'callgate.db']) {
    using directory = filled()
    const path = name === '' ? directory.path : join(directory.path, name)
    chownSync(path, 65_534, 65_534)
    expect(serving(directory.path)).toThrow(/belongs to .*\(uid 65534\), and callgate runs as root/)
  }
})

test('no file of the directory is opened through a link, and none is written through one', () => {
  for (const name of ['secret', 'callgate.db']) {
    using directory = filled()
    using elsewhere = temporaryDirectory()
    const path = join(directory.path, name)
    renameSync(path, join(elsewhere.path, name))
    symlinkSync(join(elsewhere.path, name), path)
    expect(serving(directory.path)).toThrow(`${path} is a link`)
    if (name === 'secret')
      expect(() => new DataDir({ dataDir: directory.path, secret: null }).secret()).toThrow('is a link')
  }
  using directory = filled()
  using elsewhere = temporaryDirectory()
  const victim = join(elsewhere.path, 'victim')
  writeFileSync(victim, 'dear')
  symlinkSync(victim, join(directory.path, 'setup-link'))
  new DataDir({ dataDir: directory.path, secret: null }).writeSetupLink('https://calls.example.com/')
  expect(readFileSync(victim, 'utf8')).toBe('dear')
  expect(readFileSync(join(directory.path, 'setup-link'), 'utf8')).toBe('https://calls.example.com/\n')
})

test('a file of CALLGATE_SECRET_FILE that others may change is refused, and a link to one that they may not is read', () => {
  using directory = temporaryDirectory()
  mkdirSync(join(directory.path, 'mounted'))
  const file = join(directory.path, 'mounted', 'secret')
  writeFileSync(file, 'a secret for tests, of 32 or more\n', { mode: 0o644 })
  const link = join(directory.path, 'link')
  symlinkSync(file, link)
  const read = () => readConfig({ CALLGATE_SECRET_FILE: link }, false).secret
  expect(read()).toBe('a secret for tests, of 32 or more')
  chmodSync(file, 0o666)
  expect(read).toThrow('CALLGATE_SECRET_FILE: Other users can change')
})
