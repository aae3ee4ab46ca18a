import type { Database as Sqlite } from 'bun:sqlite'
import { type BunSQLiteDatabase, drizzle } from 'drizzle-orm/bun-sqlite'
import type { ChainState } from '../audit.ts'
import { deriveKey, isSameMac, macOf } from './derive-key.ts'
import { auditChain } from './schema.ts'
import { atOnce, run, wait, type Work } from '../work.ts'

/** The columns that an entry's MAC covers, besides its number. */
const columns = [
  'id',
  'at',
  'actor',
  'actor_id',
  'actor_role',
  'address',
  'agency_id',
  'environment',
  'action',
  'target',
  'operation_id',
  'times',
] as const

const allOf = `select number, mac, ${columns.join(', ')} from audit`
/** Entries without a number are of earlier versions, or somebody else's. */
const inOrder = 'order by number is null, number, rowid'

export type ChainedValues = Record<(typeof columns)[number], string | number | null>
type Row = ChainedValues & { rowid: number; number: number | null; mac: string | null }

type Ends = Omit<typeof auditChain.$inferSelect, 'id'>

/** The entries that are verified before others have a turn. */
const verifiedAtOnce = 500

const firstEnds: Ends = { removedNumber: 0, removedMac: '', lastNumber: 0, lastMac: '', mac: '' }

/**
 * The chain of the audit: each entry's MAC covers the entry and the MAC before it, so that none can be changed, taken out
 * or put in between without the secret. The row of ends covers the newest entry, and the last one that retention has
 * removed. Everything is read from the database, so that a savepoint that rolls back takes its links with it.
 */
export class AuditChain {
  readonly #sqlite: Sqlite
  readonly #orm: BunSQLiteDatabase
  readonly #key: Uint8Array

  constructor(sqlite: Sqlite, secret: string) {
    this.#sqlite = sqlite
    this.#orm = drizzle({ client: sqlite })
    this.#key = deriveKey(secret, 'audit')
  }

  /** Adds an entry. Must run inside a transaction. */
  *append(values: ChainedValues) {
    const { isWhole, ends } = yield* this.#newest()
    const number = ends.lastNumber + 1
    const mac = this.#linkOf(ends.lastMac, number, values)
    const names = ['number', 'mac', ...columns]
    yield* wait(
      this.#sqlite
        .query(`insert into audit (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`)
        .run(number, mac, ...columns.map((column) => values[column])),
    )
    yield* this.#keepEnds({ ...ends, lastNumber: number, lastMac: mac }, isWhole)
  }

  /** Removes the oldest entries from before a time, and keeps the MAC of the last of them. Returns how many. */
  *removeBefore(before: number, limit: number): Work<number> {
    const oldest = yield* wait(
      this.#sqlite
        .query<Row, [number]>('select number, mac, at from audit where number > 0 order by number limit ?')
        .all(limit),
    )
    const kept = oldest.findIndex(({ at }) => Number(at) >= before)
    const last = oldest.at(kept === -1 ? -1 : kept - 1)
    if (!last || kept === 0) return 0
    const { isWhole, ends } = yield* this.#newest()
    const removed = { removedNumber: last.number ?? 0, removedMac: last.mac ?? '' }
    yield* this.#keepEnds({ ...ends, ...removed }, isWhole)
    yield* wait(this.#sqlite.query('delete from audit where number <= ?').run(removed.removedNumber))
    return kept === -1 ? oldest.length : kept
  }

  /** Reads the whole chain. */
  *verify(): Work<ChainState> {
    const ends = yield* this.#ends()
    let { removedNumber: number, removedMac: previous } = ends ?? firstEnds
    let entries = 0
    let flaw: string | null = null
    for (const row of this.#rows()) {
      entries++
      if (flaw !== null) continue
      number++
      if (row.number !== number || !isSameMac(row.mac ?? '', this.#linkOf(previous, number, row)))
        flaw = `entry ${row.number ?? row.id} was changed, or entries before it were taken out or put in`
      previous = row.mac ?? ''
    }
    if (flaw !== null || (!ends && entries === 0)) return { entries, flaw }
    if (!ends || !isSameMac(ends.mac, this.#macOfEnds(ends)))
      return { entries, flaw: 'the record of its first and newest entry was changed' }
    if (ends.lastNumber !== number || ends.lastMac !== previous)
      return { entries, flaw: `entries after ${number} were taken out` }
    return { entries, flaw: null }
  }

  /** The same while entries are added: those of its beginning are verified, a few hundred in a turn. */
  async verifyInTurns(turn: () => Promise<unknown>): Promise<ChainState> {
    const ends = await run(this.#ends())
    const isPlain = !(await run(this.#hasUnnumbered()))
    if (!ends || !isPlain || !isSameMac(ends.mac, this.#macOfEnds(ends))) return run(this.verify())
    let { removedNumber: number, removedMac: previous } = ends
    while (number < ends.lastNumber) {
      for (const row of await run(this.#between(number, ends.lastNumber))) {
        if (row.number !== number + 1 || !isSameMac(row.mac ?? '', this.#linkOf(previous, number + 1, row)))
          return run(this.verify())
        number++
        previous = row.mac ?? ''
      }
      await turn()
      // Retention has removed entries in the meantime, or somebody has taken them out.
      if (number < ends.lastNumber && !(await run(this.#has(number + 1)))) return run(this.verify())
    }
    return previous === ends.lastMac
      ? { entries: number - ends.removedNumber, flaw: null }
      : run(this.verify())
  }

  /**
   * Links all entries anew, in their order: those of earlier versions, or under another secret. A chain that was not whole
   * stays marked. The triggers that protect entries are put back before this returns.
   */
  relink(wasWhole: boolean) {
    const ends = atOnce(this.#ends()) ?? firstEnds
    const link = this.#sqlite.query('update audit set number = ?, mac = ? where rowid = ?')
    let number = ends.removedNumber
    let mac = ends.removedMac
    withoutTriggers(this.#sqlite, () => {
      // Only the places at once: the entries of years may be more than the memory.
      for (const { rowid } of this.#sqlite.query<Row, []>(`select rowid from audit ${inOrder}`).all()) {
        const row = this.#sqlite.query<Row, [number]>(`${allOf} where rowid = ?`).get(rowid)
        if (!row) continue
        number++
        mac = this.#linkOf(mac, number, row)
        link.run(number, mac, rowid)
      }
    })
    atOnce(this.#keepEnds({ ...ends, lastNumber: number, lastMac: mac }, wasWhole))
  }

  /** Where the next entry goes. A row of ends that somebody changed never becomes valid again. */
  *#newest(): Work<{ isWhole: boolean; ends: Ends }> {
    const ends = yield* this.#ends()
    const newest = yield* wait(
      this.#sqlite
        .query<Pick<Row, 'number' | 'mac'>, []>('select number, mac from audit order by number desc limit 1')
        .get(),
    )
    const { number, mac } = { number: newest?.number ?? 0, mac: newest?.mac ?? '' }
    if (!ends) return { isWhole: number === 0, ends: { ...firstEnds, lastNumber: number, lastMac: mac } }
    const isNewest = number === ends.lastNumber || (number === 0 && ends.lastNumber === ends.removedNumber)
    const isWhole = isNewest && isSameMac(ends.mac, this.#macOfEnds(ends))
    return { isWhole, ends: number > ends.lastNumber ? { ...ends, lastNumber: number, lastMac: mac } : ends }
  }

  /** The next entries after a number, up to another. */
  #between(after: number, last: number) {
    const some = this.#sqlite.query<Row, [number, number]>(
      `${allOf} where number > ? and number <= ? order by number limit ${verifiedAtOnce}`,
    )
    return wait(some.all(after, last))
  }

  *#hasUnnumbered() {
    return (yield* wait(this.#sqlite.query('select 1 from audit where number is null').get())) !== null
  }

  *#has(number: number) {
    return (yield* wait(this.#sqlite.query('select 1 from audit where number = ?').get(number))) !== null
  }

  #rows() {
    return this.#sqlite.query<Row, []>(`${allOf} ${inOrder}`).iterate()
  }

  #ends(): Work<Ends | undefined> {
    return wait(this.#orm.select().from(auditChain).get())
  }

  *#keepEnds(ends: Ends, isWhole: boolean) {
    const row = { ...ends, id: 1, mac: isWhole ? this.#macOfEnds(ends) : '' }
    yield* wait(
      this.#orm.insert(auditChain).values(row).onConflictDoUpdate({ target: auditChain.id, set: row }).run(),
    )
  }

  #linkOf(previous: string, number: number, values: ChainedValues) {
    return macOf(this.#key, [previous, number, ...columns.map((column) => values[column])])
  }

  #macOfEnds({ removedNumber, removedMac, lastNumber, lastMac }: Ends) {
    return macOf(this.#key, ['ends', removedNumber, removedMac, lastNumber, lastMac])
  }
}

/** Runs inside a transaction: where it fails, the triggers are back as well. */
const withoutTriggers = (sqlite: Sqlite, work: () => void) => {
  const triggers = sqlite
    .query<{ name: string; sql: string }, []>(
      "select name, sql from sqlite_schema where type = 'trigger' and name in ('audit_unchanged', 'audit_kept')",
    )
    .all()
  for (const { name } of triggers) sqlite.run(`drop trigger ${name}`)
  work()
  for (const { sql } of triggers) sqlite.run(sql)
}
