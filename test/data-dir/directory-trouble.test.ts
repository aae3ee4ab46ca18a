import { describe, expect, test } from 'bun:test'
import { chmodSync, chownSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { directoryProblem, directoryTrouble } from '../../src/data-dir/directory-trouble.ts'
import { executable, startBinary } from '../support/binary.ts'
import { emptyDataDir, temporaryDirectory } from '../support/directory.ts'
import { canBeOther, canMount, commandsOfNobody, nobody, smallDisk } from '../support/other-user.ts'

const isRoot = process.getuid?.() === 0

test('a directory that can be used, and one that can be made, have no problem', () => {
  using directory = temporaryDirectory()
  expect(directoryProblem(directory.path)).toBeUndefined()
  expect(directoryProblem(join(directory.path, 'a', 'b'))).toBeUndefined()
})

test('a file in the place of a directory is named', () => {
  using directory = temporaryDirectory()
  const file = join(directory.path, 'file')
  writeFileSync(file, '')
  for (const path of [file, join(file, 'data')]) {
    expect(directoryProblem(path)).toBe(
      `The data directory ${path} is not possible: ${file} is not a directory. Set a different CALLGATE_DATA_DIR.`,
    )
    expect(() => new DataDir({ dataDir: path, secret: null }).openDatabase()).toThrow(
      `${file} is not a directory`,
    )
  }
})

test('what is known of no directory is told in the words of the error', () => {
  using directory = temporaryDirectory()
  expect(directoryTrouble(directory.path, new Error('database is locked'))).toBe(
    `The data directory ${directory.path} cannot be used: database is locked.`,
  )
})

test('a full disk is named, whichever way it was noticed', () => {
  using directory = temporaryDirectory()
  for (const code of ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'])
    expect(directoryTrouble(directory.path, Object.assign(new Error('x'), { code }))).toMatch(
      new RegExp(
        `^The disk of the data directory ${directory.path} is full: \\d+ bytes are free\\. Make room there\\.`,
      ),
    )
})

describe.if(!isRoot && process.platform !== 'win32')('for who is not root', () => {
  test('a directory of one’s own that is closed is named with the command that opens it', () => {
    using directory = temporaryDirectory()
    const data = join(directory.path, 'data')
    emptyDataDir(data)
    chmodSync(data, 0o500)
    expect(directoryProblem(data)).toBe(
      `The data directory ${data} does not let its owner read and write. Run: chmod -R u+rwX ${data}`,
    )
    chmodSync(data, 0o700)
  })

  test('a directory that cannot be made is named with the owner of the one above it', () => {
    expect(directoryProblem('/callgate-data')).toMatch(
      /^The data directory \/callgate-data cannot be created: \/ belongs to root \(uid 0\), and callgate runs as .*\(?uid \d+\)?\. Run: sudo install -d -m 700 -o \d+ -g \d+ \/callgate-data$/,
    )
  })
})

describe.if(canBeOther())('for a user who does not own it', () => {
  const refusedTo = (prepare: (data: string) => void, ...words: string[]) => {
    using directory = temporaryDirectory()
    const command = commandsOfNobody(directory.path)
    const data = join(directory.path, 'data')
    emptyDataDir(data)
    prepare(data)
    const { code, out, err } = command(data, ...words)
    return { code, out: out.replaceAll(data, 'DATA'), err: err.replaceAll(data, 'DATA') }
  }
  const owned = 'belongs to root (uid 0), and callgate runs as nobody (uid 65534).'
  const mend =
    'Run it as that user: sudo -u root callgate …, or hand it over: sudo chown -R 65534:65534 DATA\n'

  test.each(['serve', 'doctor', 'agency list', 'backup x.db', 'healthcheck', 'restore x.db'])(
    '%s names the data directory, its owner, who it runs as, and the command that mends it',
    (line) => {
      expect(refusedTo(() => {}, ...line.split(' '))).toEqual({
        code: 1,
        out: '',
        err: `The data directory DATA ${owned} ${mend}`,
      })
    },
    60_000,
  )

  test.each(['serve', 'agency list', 'scan .'])(
    '%s names a file of the wrong owner in a directory of the right one',
    (line) => {
      const { code, err } = refusedTo((data) => chownSync(data, nobody, nobody), ...line.split(' '))
      expect({ code, err }).toEqual({ code: 1, err: `DATA/callgate.db ${owned} ${mend}` })
    },
    60_000,
  )

  test('config judges the data directory as serve does', () => {
    const { code, err } = refusedTo(() => {}, 'config')
    expect({ code, err }).toEqual({ code: 1, err: `The data directory DATA ${owned} ${mend}` })
  }, 60_000)

  test('the doctor names it in its table too, as the user and as root', () => {
    const { code, out } = refusedTo((data) => chownSync(data, nobody, nobody), 'doctor')
    expect({ code, line: out.split('\n')[2] }).toEqual({
      code: 1,
      line: `fail   directory    DATA/callgate.db ${owned} ${mend.trimEnd()}`,
    })
    using directory = temporaryDirectory()
    emptyDataDir(directory.path)
    chownSync(directory.path, nobody, nobody)
    const asRoot = Bun.spawnSync([executable, 'doctor'], { env: { CALLGATE_DATA_DIR: directory.path } })
    expect({ code: asRoot.exitCode, out: String(asRoot.stdout) }).toEqual({
      code: 1,
      out: expect.stringMatching(/ who cannot open .*\/callgate\.db.* Run: sudo chown -R 65534 \/.*\n/),
    })
  }, 60_000)

  test('nobody is told to hand over a directory that holds something else', () => {
    using directory = temporaryDirectory()
    const command = commandsOfNobody(directory.path)
    expect(command(directory.path, 'serve').err).toBe(
      `The data directory ${directory.path} ${owned} It holds no data of callgate: name another with CALLGATE_DATA_DIR.\n`,
    )
  }, 60_000)

  test('a directory that takes no backup is named for itself', () => {
    using directory = temporaryDirectory()
    const command = commandsOfNobody(directory.path)
    const data = join(directory.path, 'data')
    emptyDataDir(data)
    for (const name of ['', ...readdirSync(data)]) chownSync(join(data, name), nobody, nobody)
    expect(command(data, 'backup', 'x.db')).toEqual({
      code: 1,
      out: '',
      err: `${directory.path} ${owned} Name a file elsewhere.\n`,
    })
    expect(command(data, 'backup', 'data/x.db').code).toBe(0)
  }, 60_000)
})

test.if(canMount())(
  'serve names a disk that is full, and one that is mounted read-only',
  async () => {
    using disk = smallDisk()
    const { path = '' } = disk ?? {}
    const command = (...words: string[]) => {
      const env = { CALLGATE_DATA_DIR: path, CALLGATE_PORT: '0' }
      const { exitCode, stderr } = Bun.spawnSync([executable, ...words], { env })
      return { code: exitCode, err: String(stderr) }
    }
    const remount = (how: string) => Bun.spawnSync(['mount', '-o', `remount,${how}`, path]).success
    await (await startBinary(path, { CALLGATE_LOG_LEVEL: 'error' })).stop()

    expect(remount('ro')).toBe(true)
    expect(command('serve')).toEqual({
      code: 1,
      err: `The data directory ${path} is on a file system that is mounted read-only. Set a different CALLGATE_DATA_DIR, or run: sudo mount -o remount,rw ${path}\n`,
    })
    expect(command('backup', join(path, 'copy.db')).err).toBe(
      `${path} is mounted read-only. Name a file elsewhere.\n`,
    )

    expect(remount('rw')).toBe(true)
    expect(() => writeFileSync(join(path, 'ballast'), new Uint8Array(8_000_000))).toThrow()
    const full = new RegExp(`^The disk of the data directory ${path} is full: \\d+ bytes are free`)
    for (const words of [['serve'], ['agency', 'create', '--name', 'A', '--plan', 'agency']])
      expect(command(...words)).toEqual({ code: 1, err: expect.stringMatching(full) })
  },
  60_000,
)
