import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../../src/storage/database.ts'
import { executable } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { canTrace } from '../support/strace.ts'

/** A database of some megabytes, more than SQLite keeps in memory. */
const grown = (path: string) => {
  const { sqlite, close } = openDatabase(path)
  sqlite.run("insert into agencies (id, name, plan, created_at) values ('a', 'Acme', 'agency', 1)")
  sqlite.run(
    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 4000) insert into audit (id, at, actor, action, target) select i, i, 'x', 'y', hex(randomblob(1000)) from n",
  )
  close()
}

test.each(["a directory of Ann's", 'data'])(
  'SQLite keeps its temporary files beside the database, in %p',
  (name) => {
    using directory = temporaryDirectory()
    const path = join(directory.path, name)
    Bun.spawnSync(['mkdir', path])
    const { sqlite, close } = openDatabase(join(path, 'callgate.db'))
    expect(sqlite.query('PRAGMA temp_store_directory').values()).toEqual([[path]])
    close()
  },
)

/** Every file that the command opened to write, made, or renamed. */
const writtenBy = (directory: string, env: Record<string, string>, ...words: string[]) => {
  const log = join(directory, 'log')
  const traced = [
    'strace',
    '-f',
    '-y',
    '-o',
    log,
    '-e',
    'trace=openat,open,creat,rename,renameat,link,linkat,mkdir',
  ]
  const { exitCode, stderr } = Bun.spawnSync([...traced, executable, ...words], { env, stderr: 'pipe' })
  expect({ words, exitCode, err: String(stderr) }).toEqual({ words, exitCode: 0, err: '' })
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter(
      (line) => /O_CREAT|O_WRONLY|O_RDWR|O_TMPFILE|rename|link|mkdir/.test(line) && !/ = -1 /.test(line),
    )
    .flatMap((line) => [...line.matchAll(/"([^"]*)"/g)].map(([, path = '']) => path))
}

test.if(canTrace())(
  'forget, backup and restore write into the data directory and nowhere else',
  () => {
    using directory = temporaryDirectory()
    using elsewhere = temporaryDirectory()
    using target = temporaryDirectory()
    grown(directory.database)
    const env = { CALLGATE_DATA_DIR: directory.path, TMPDIR: elsewhere.path, SQLITE_TMPDIR: elsewhere.path }
    const copy = join(directory.path, 'copy.db')
    for (const words of [
      ['forget', '+15551234567'],
      ['backup', copy],
    ])
      expect(
        writtenBy(elsewhere.path, env, ...words).filter((path) => !path.startsWith(directory.path)),
      ).toEqual([])
    const restored = { ...env, CALLGATE_DATA_DIR: target.path }
    expect(
      writtenBy(elsewhere.path, restored, 'restore', copy).filter((path) => !path.startsWith(target.path)),
    ).toEqual([])
  },
  60_000,
)
