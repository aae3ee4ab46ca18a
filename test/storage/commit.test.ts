import { describe, expect, expectTypeOf, test } from 'bun:test'
import type { Commit } from '../../src/commit.ts'
import { createCommit } from '../../src/storage/commit.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { type Database, openDatabase } from '../../src/storage/database.ts'
import { settled } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'

/** A database with a table to write to, and a commit that counts its transactions. */
const open = (path = ':memory:') => {
  const database = openDatabase(path)
  database.sqlite.run('create table notes (text text not null unique)')
  let transactions = 0
  const counting: Database = {
    ...database,
    *transaction(work) {
      transactions++
      return yield* database.transaction(work)
    },
  }
  const write = (text: string | null) => void database.sqlite.run('insert into notes values (?)', [text])
  return { database, commit: createCommit(counting), write, transactions: () => transactions }
}

const notes = ({ sqlite }: Pick<Database, 'sqlite'>) =>
  sqlite
    .query<{ text: string }, []>('select text from notes order by rowid')
    .all()
    .map(({ text }) => text)

/** What became of each: `done`, or the error. */
const outcomes = async (promises: Promise<unknown>[]) =>
  (await Promise.allSettled(promises)).map((one) => (one.status === 'fulfilled' ? 'done' : one.reason))

describe('operations of one turn', () => {
  test('share one transaction, in their order, and each gets its own result', async () => {
    const { database, commit, write, transactions } = open()
    const texts = Array.from({ length: 50 }, (_, index) => `note ${index}`)
    const results = await Promise.all(
      texts.map((text) =>
        commit(function* () {
          write(text)
          return text.length
        }),
      ),
    )
    expect(results).toEqual(texts.map(({ length }) => length))
    expect(notes(database)).toEqual(texts)
    await settled()
    expect(transactions()).toBe(1)
  })

  test('are seen by others all at once, and not before', async () => {
    using directory = temporaryDirectory()
    const { database, commit, write } = open(directory.database)
    const other = openDatabase(directory.database)
    const first = commit(function* () {
      write('a')
      expect(notes(other)).toEqual([])
    })
    const second = commit(function* () {
      write('b')
      expect(notes(other)).toEqual([])
    })
    expect(notes(other)).toEqual([])
    await first.then(() => expect(notes(other)).toEqual(['a', 'b']))
    await second
    other.close()
    database.close()
  })

  test('of the next turn have a transaction of their own', async () => {
    const { database, commit, write, transactions } = open()
    await commit(function* () {
      return write('a')
    })
    await commit(function* () {
      return write('b')
    }).then(() =>
      commit(function* () {
        return write('c')
      }),
    )
    expect(notes(database)).toEqual(['a', 'b', 'c'])
    expect(transactions()).toBe(3)
  })
})

describe('an operation that fails', () => {
  test('is told its own error, leaves nothing of itself and fails no neighbour', async () => {
    const { database, commit, write, transactions } = open()
    const refused = new Error('refused')
    const promises = [
      commit(function* () {
        return write('before')
      }),
      commit(function* () {
        write('half')
        throw refused
      }),
      commit(function* () {
        return write('after')
      }),
    ]
    const [before, told, after] = await outcomes(promises)
    expect([before, after]).toEqual(['done', 'done'])
    expect(told).toBe(refused)
    expect(notes(database)).toEqual(['before', 'after'])
    expect(transactions()).toBe(1)
  })

  test('by breaking a constraint fails no neighbour', async () => {
    const { database, commit, write } = open()
    const promises = ['a', 'a', null, 'b'].map((text) =>
      commit(function* () {
        return write(text)
      }),
    )
    expect(await outcomes(promises)).toMatchObject([
      'done',
      { code: 'SQLITE_CONSTRAINT_UNIQUE' },
      { code: 'SQLITE_CONSTRAINT_NOTNULL' },
      'done',
    ])
    expect(notes(database)).toEqual(['a', 'b'])
  })

  test('first or last leaves the others as they are', async () => {
    const { database, commit, write } = open()
    const refused = new Error('refused')
    const fail = function* () {
      throw refused
    }
    const promises = [
      commit(fail),
      commit(function* () {
        return write('a')
      }),
      commit(fail),
    ]
    expect(await outcomes(promises)).toEqual([refused, 'done', refused])
    expect(notes(database)).toEqual(['a'])
    expect(database.sqlite.inTransaction).toBe(false)
  })
})

describe('trouble with the storage', () => {
  const unavailable = { reason: 'storage_unavailable', status: 503, retryAfterSeconds: 1 }

  test('at the beginning fails the whole batch, and the next one is taken when it is over', async () => {
    const { database, commit, write } = open()
    database.sqlite.run('PRAGMA query_only = ON')
    const promises = ['a', 'b', 'c'].map((text) =>
      commit(function* () {
        return write(text)
      }),
    )
    expect(await outcomes(promises)).toMatchObject([unavailable, unavailable, unavailable])
    database.sqlite.run('PRAGMA query_only = OFF')
    await commit(function* () {
      return write('d')
    })
    expect(notes(database)).toEqual(['d'])
  })

  test('in the middle fails the whole batch, those before it too', async () => {
    const { database, commit, write } = open()
    const promises = [
      commit(function* () {
        return write('before')
      }),
      commit(function* () {
        database.sqlite.run('PRAGMA query_only = ON')
        write('during')
      }),
      commit(function* () {
        return write('after')
      }),
    ]
    expect(await outcomes(promises)).toMatchObject([unavailable, unavailable, unavailable])
    database.sqlite.run('PRAGMA query_only = OFF')
    expect(notes(database)).toEqual([])
    await commit(function* () {
      return write('later')
    })
    expect(notes(database)).toEqual(['later'])
  })

  test('because the disk is full fails the whole batch', async () => {
    const { database, commit, write } = open()
    database.sqlite.run('PRAGMA max_page_count = 40')
    const texts = ['small', 'x'.repeat(200_000), 'small too']
    const full = await outcomes(
      texts.map((text) =>
        commit(function* () {
          return write(text)
        }),
      ),
    )
    expect(full).toMatchObject([unavailable, unavailable, unavailable])
    expect(full[0]).toHaveProperty('cause.code', 'SQLITE_FULL')
    expect(notes(database)).toEqual([])
    expect(database.sqlite.inTransaction).toBe(false)
  })

  test('caused by another writer that holds the file fails the batch and loses nothing of the other', async () => {
    using directory = temporaryDirectory()
    const { database, commit, write } = open(directory.database)
    const other = openDatabase(directory.database)
    other.sqlite.run('BEGIN IMMEDIATE')
    other.sqlite.run("insert into notes values ('theirs')")
    expect(
      await outcomes([
        commit(function* () {
          return write('ours')
        }),
      ]),
    ).toMatchObject([unavailable])
    other.sqlite.run('COMMIT')
    await commit(function* () {
      return write('ours')
    })
    expect(notes(database)).toEqual(['theirs', 'ours'])
    other.close()
    database.close()
  })
})

test('a transaction waits for work and for nothing else: a promise is none, by its type', () => {
  expectTypeOf<() => Generator<Promise<unknown>, number>>().toExtend<Parameters<Commit>[0]>()
  expectTypeOf<() => Promise<number>>().not.toExtend<Parameters<Commit>[0]>()
  expectTypeOf<() => number>().not.toExtend<Parameters<Commit>[0]>()
})

test('every acknowledged write is synced to the disk: the connection that serves has WAL, synchronous FULL, foreign keys on', () => {
  using directory = temporaryDirectory()
  const database = new DataDir({ dataDir: directory.path, secret: null }).openServingDatabase()
  const pragma = (name: string) => Object.values(database.sqlite.query(`PRAGMA ${name}`).get() ?? {})
  expect(pragma('journal_mode')).toEqual(['wal'])
  expect(pragma('synchronous')).toEqual([2])
  expect(pragma('foreign_keys')).toEqual([1])
  database.close()
})
