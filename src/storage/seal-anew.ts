import type { Database as Sqlite } from 'bun:sqlite'
import { drizzle } from 'drizzle-orm/bun-sqlite'
import { CommandError } from '../failures.ts'
import { AuditChain } from './audit-chain.ts'
import type { Database } from './database.ts'
import { deriveKey, isSameMac, macOf } from './derive-key.ts'
import { secretCheck } from './schema.ts'
import { opens, sealedTexts } from './seals.ts'
import { Vault } from './vault.ts'
import { atOnce, type Work } from '../work.ts'

/** True for the secret that everything in a database is sealed with; undefined where it has not been used yet. */
export const isSecretOf = (sqlite: Sqlite, secret: string): boolean | undefined => {
  const check = checkIn(sqlite)
  return check === undefined ? undefined : isSameMac(check, checkOf(secret))
}

/** True once everything is sealed for its purpose. */
export const isSealed = (sqlite: Sqlite) => checkIn(sqlite) !== undefined

/**
 * Checks the secret of a database that is about to be used. The first time, everything that an earlier version sealed
 * is sealed anew for its purpose, and the entries of the audit are chained, in one commit: from then on nothing else is
 * accepted. Throws a `CommandError` for another secret.
 */
export const requireSecret = (database: Database, secret: string) => {
  const { sqlite } = database
  if (isSecretOf(sqlite, secret) === true) return
  atOnce(
    database.transaction(function* () {
      const isOwn = isSecretOf(sqlite, secret)
      if (isOwn === true) return
      const texts = sealedTexts(sqlite)
      const vault = new Vault(secret)
      const old = texts.filter((text) => opens(vault, text, false))
      if (isOwn === false || (texts.length > 0 && old.length === 0)) throw anotherSecret()
      if (hasChain(sqlite))
        throw new CommandError(
          'The database was changed: the check of its secret is missing. Restore a backup.',
        )
      for (const { sealed, label, binding, replace } of old)
        replace(vault.seal(vault.openUnbound(sealed, label), binding))
      keepCheck(database, secret)
      new AuditChain(sqlite, secret).relink(true)
    }),
  )
}

/** The secret before, or null where it is lost: what it sealed then stays closed. */
type Before = string | null

/** The outcome of a replacement: the number of texts sealed anew and of those that cannot be opened. */
export interface Resealed {
  sealed: number
  closed: string[]
}

/**
 * Seals everything anew under another secret, in one commit, with `record` for its audit entry. What the secret before
 * does not open stays closed.
 */
export const sealAnew = (
  database: Database,
  before: Before,
  secret: string,
  record: (chain: AuditChain, wasWhole: boolean) => Work<void>,
): Resealed =>
  atOnce(
    database.transaction(function* () {
      const { sqlite } = database
      const [from, to] = [before === null ? undefined : new Vault(before), new Vault(secret)]
      const wasWhole = before === null || (yield* new AuditChain(sqlite, before).verify()).flaw === null
      const texts = sealedTexts(sqlite)
      const openable = new Set(texts.filter((text) => from && opens(from, text, true)))
      for (const { sealed, binding, replace } of openable)
        if (from) replace(to.seal(from.open(sealed, binding), binding))
      // Keyed hashes whose key is gone match nothing any more.
      const unmatched = [
        'known_addresses',
        ...(before === null ? ['sealed_keys', 'do_not_call', 'dialled'] : []),
      ]
      for (const table of unmatched) sqlite.run(`delete from ${table}`)
      keepCheck(database, secret)
      const chain = new AuditChain(sqlite, secret)
      chain.relink(wasWhole)
      yield* record(chain, wasWhole)
      const closed = texts.filter((text) => !openable.has(text)).map(({ name }) => name)
      return { sealed: openable.size, closed: [...new Set(closed)] }
    }),
  )

const anotherSecret = () =>
  new CommandError(
    'The secret (CALLGATE_SECRET, or the file secret in the data directory) is not the one that this database is sealed with. Put the right one there. If it is lost, run: callgate secret rotate --lost',
  )

const checkOf = (secret: string) => macOf(deriveKey(secret, 'secret check'), ['secret'])

const checkIn = (sqlite: Sqlite): string | undefined =>
  sqlite.query("select 1 from sqlite_schema where name = 'secret_check'").get() === null
    ? undefined
    : drizzle({ client: sqlite }).select().from(secretCheck).get()?.mac

const keepCheck = ({ orm }: Database, secret: string) => {
  const row = { id: 1, mac: checkOf(secret) }
  orm.insert(secretCheck).values(row).onConflictDoUpdate({ target: secretCheck.id, set: row }).run()
}

const hasChain = (sqlite: Sqlite) =>
  sqlite.query('select 1 from audit_chain').get() !== null ||
  sqlite.query('select 1 from audit where number is not null limit 1').get() !== null
