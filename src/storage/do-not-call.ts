import { and, desc, eq, getTableColumns, sql } from 'drizzle-orm'
import type { Entry, ListOwner, NewEntry, PageOfEntries, Position } from '../do-not-call/entry.ts'
import { numberHint } from '../do-not-call/number-hint.ts'
import type { Database } from './database.ts'
import type { NumberHashes } from './number-hashes.ts'
import { doNotCall } from './schema.ts'
import { type Work, wait } from '../work.ts'

const gateOwner = 'gate'
const { ownerId: _, number, ...columns } = getTableColumns(doNotCall)

/** The do-not-call lists of the gate and of the agencies. A number is only ever stored as its keyed hash. */
export const createDoNotCallStore = ({ orm, sqlite }: Database, hashes: NumberHashes) => {
  const insertion = `insert into do_not_call (owner_id, number, hint, source, reason, added_at, expires_at)
    values (?, ?, ?, ?, ?, ?, ?)`
  const taken = `set hint = excluded.hint, source = excluded.source, reason = excluded.reason,
    added_at = excluded.added_at, expires_at = excluded.expires_at`
  // Prepared once: an import runs them a million times, and every real call asks the last one twice.
  const replace = sqlite.query<never, Values>(
    `${insertion} on conflict (owner_id, number) do update ${taken}`,
  )
  const extend = sqlite.query<never, Values>(
    `${insertion} on conflict (owner_id, number) do update ${taken}
      where expires_at is not null and (excluded.expires_at is null or excluded.expires_at > expires_at)`,
  )
  const listed = sqlite.query<{ found: number }, [string, Buffer, number]>(
    `select 1 as found from do_not_call
      where owner_id in ('${gateOwner}', ?) and number = ? and (expires_at is null or expires_at > ?)`,
  )

  const valuesOf = function* (
    owner: ListOwner,
    { phoneNumber, source, reason, addedAt, expiresAt }: NewEntry,
  ): Work<Values> {
    return [
      owner ?? gateOwner,
      yield* hashes.of(phoneNumber),
      numberHint(phoneNumber),
      source.toWellFormed(),
      reason?.toWellFormed() ?? null,
      addedAt,
      expiresAt,
    ]
  }

  const byHash = (owner: ListOwner, hash: Buffer) =>
    and(eq(doNotCall.ownerId, owner ?? gateOwner), eq(doNotCall.number, hash))

  const entryAt = function* (owner: ListOwner, hash: Buffer): Work<Entry | undefined> {
    const row = yield* wait(
      orm
        .select({ ...columns, number })
        .from(doNotCall)
        .where(byHash(owner, hash))
        .get(),
    )
    return row && entryOf(row)
  }

  return {
    /** True for a number that the gate or the agency must not call now. */
    *isListed(agencyId: string, phoneNumber: string, now: number): Work<boolean> {
      const hash = yield* hashes.find(phoneNumber)
      return hash !== undefined && (yield* wait(listed.get(agencyId, hash, now))) !== null
    },

    /** The entry of a number in one list, expired or not. */
    *find(owner: ListOwner, phoneNumber: string): Work<Entry | undefined> {
      const hash = yield* hashes.find(phoneNumber)
      return hash && (yield* entryAt(owner, hash))
    },

    /** Lists a number in place of an earlier entry of it. */
    *replace(owner: ListOwner, entry: NewEntry): Work<Position> {
      const values = yield* valuesOf(owner, entry)
      yield* wait(replace.run(...values))
      return { id: values[1].toString('hex'), addedAt: entry.addedAt }
    },

    /** Lists a number, unless an entry of it lasts as long. Returns whether anything changed. */
    *extend(owner: ListOwner, entry: NewEntry): Work<boolean> {
      return (yield* wait(extend.run(...(yield* valuesOf(owner, entry))))).changes > 0
    },

    /** Takes a number off one list; returns what was there. */
    *remove(owner: ListOwner, phoneNumber: string): Work<Entry | undefined> {
      const hash = yield* hashes.find(phoneNumber)
      const found = hash && (yield* entryAt(owner, hash))
      if (found) yield* wait(orm.delete(doNotCall).where(byHash(owner, hash)).run())
      return found
    },

    /** The place of an entry in its list; undefined once it is gone. */
    positionOf: (owner: ListOwner, id: string): Work<Position | undefined> =>
      entryAt(owner, Buffer.from(id, 'hex')),

    /** One list, newest first. */
    *page(owner: ListOwner, { after, limit }: PageOfEntries): Work<Entry[]> {
      return (yield* wait(
        orm
          .select({ ...columns, number })
          .from(doNotCall)
          .where(
            and(
              eq(doNotCall.ownerId, owner ?? gateOwner),
              after &&
                sql`(${doNotCall.addedAt}, ${number}) < (${after.addedAt}, ${Buffer.from(after.id, 'hex')})`,
            ),
          )
          .orderBy(desc(doNotCall.addedAt), desc(number))
          .limit(limit)
          .all(),
      )).map(entryOf)
    },
  }
}

type Values = [
  owner: string,
  number: Buffer,
  hint: string,
  source: string,
  reason: string | null,
  addedAt: number,
  expiresAt: number | null,
]

const entryOf = ({ number: hash, ...row }: Omit<Entry, 'id'> & { number: Buffer }): Entry => ({
  id: hash.toString('hex'),
  ...row,
})
