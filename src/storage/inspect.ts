import { Database as Sqlite } from 'bun:sqlite'
import { existsSync, readdirSync, statfsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { anyCountry, type Rules } from '../policy/rules.ts'
import type { AgentDials } from '../providers/kinds.ts'
import { AuditChain } from './audit-chain.ts'
import type { ChainState } from '../audit.ts'
import { directoryProblem, networkUnder, worked } from '../data-dir/directory-trouble.ts'
import { schemaFlaw } from './expected-schema.ts'
import { migrationStateOf } from './migrate.ts'
import { isSealed, isSecretOf } from './seal-anew.ts'
import { opens, sealedTexts } from './seals.ts'
import { Vault } from './vault.ts'
import { atOnce } from '../work.ts'

const patientBusyTimeoutMs = 5000

/** The findings in a data directory, not judged yet. */
export interface Inspection {
  path: string
  /** The reason why this process cannot work in it; undefined without one. */
  problem: string | undefined
  /** The network file system of the directory; undefined on a local disk. */
  network: string | undefined
  freeBytes: number
  /** The paths that others than their owner may read or write; null on Windows, which has other permissions. */
  open: string[] | null
  /** The owner and the present user; null on Windows, which has no such ids. */
  owner: { uid: number; ownUid: number } | null
  /** The files that belong to another user than the directory. */
  foreign: string[]
  database: DatabaseInspection | Trouble
}

/** A damaged database, or one that cannot be read now. */
interface Trouble {
  flaw: string
  damaged: boolean
}

interface DatabaseInspection {
  flaw: null
  sizeBytes: number
  logBytes: number
  journalMode: string
  migrationState: ReturnType<typeof migrationStateOf>
  /** The time of the newest row, by the clock of that time. */
  newestAt: number | null
  /** The first difference from the schema that the migrations make. */
  schemaFlaw: string | undefined
  /** False for another secret than the database is sealed with; undefined where none was used, or is at hand. */
  isOwnSecret: boolean | undefined
  /** The number of encrypted texts, and the owners of those that this secret does not decrypt. */
  sealed: number
  unopened: string[]
  /** The chain of the audit; undefined without its secret, and before the upgrade that chains it. */
  chain: ChainState | undefined
  /** The agents at a provider, without deleted ones. */
  agents: InspectedAgent[]
  /** The countries that operators have chosen for the whole gate; null before. */
  countries: string[] | null
}

interface InspectedAgent extends AgentDials {
  id: string
  name: string
}

/** Inspects a data directory and its database without changing either. */
export const inspect = (directory: string, secret: string | undefined): Inspection => {
  const { bavail, bsize } = statfsSync(directory)
  const { uid } = statSync(directory)
  const files = [directory, ...readdirSync(directory).map((name) => join(directory, name))]
  return {
    path: directory,
    problem: directoryProblem(directory),
    network: networkUnder(directory),
    freeBytes: bavail * bsize,
    open:
      process.platform === 'win32'
        ? null
        : files.filter((file) => ((statSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0),
    owner: process.getuid === undefined ? null : { uid, ownUid: process.getuid() },
    foreign: worked
      .map((name) => join(directory, name))
      .filter((file) => (statSync(file, { throwIfNoEntry: false })?.uid ?? uid) !== uid),
    database: inspectDatabase(join(directory, 'callgate.db'), secret),
  }
}

/** True where something is encrypted, or was under a secret, so that the secret is needed. */
export const holdsSealed = (sqlite: Sqlite) => isSealed(sqlite) || sealedTexts(sqlite).length > 0

const inspectDatabase = (path: string, secret: string | undefined): Inspection['database'] => {
  try {
    const database = new Sqlite(path, { readonly: true, strict: true })
    try {
      database.run(`PRAGMA busy_timeout = ${patientBusyTimeoutMs}`)
      // One moment for everything: a server may write in the meantime.
      return database.transaction(() => read(database, path, secret))()
    } finally {
      database.close()
    }
  } catch (error) {
    const { code = '', message } = error as { code?: string; message: string }
    return { flaw: message, damaged: /^SQLITE_(CORRUPT|NOTADB)/.test(code) }
  }
}

const read = (database: Sqlite, path: string, secret: string | undefined): Inspection['database'] => {
  const pragma = (name: string) => Object.values(database.query(`PRAGMA ${name}`).get() ?? {})[0] as string
  const flaw = pragma('quick_check(1)')
  if (flaw !== 'ok') return { flaw, damaged: true }
  const log = `${path}-wal`
  return {
    flaw: null,
    sizeBytes: statSync(path).size,
    logBytes: existsSync(log) ? statSync(log).size : 0,
    journalMode: pragma('journal_mode'),
    migrationState: migrationStateOf(database),
    newestAt: newestOf(database),
    schemaFlaw: schemaFlaw(database),
    ...secretsIn(database, secret),
    agents: agentsIn(database),
    countries: countriesIn(database),
  }
}

/** The operators' choice, which an older database lacks: it lets every call through. */
const countriesIn = (database: Sqlite): string[] | null => {
  if (!has(database, 'policies')) return [anyCountry]
  const row = database
    .query<{ rules: string }, []>(
      `select rules from policies where owner_id = 'gate' and author = 'operator'`,
    )
    .get()
  return row ? (JSON.parse(row.rules) as Pick<Rules, 'countries'>).countries : null
}

/** An older database lacks some of the tables. */
const has = (database: Sqlite, table: string) =>
  database.query('select 1 from sqlite_schema where name = ?').get(table) !== null

const times = [
  ['agencies', 'created_at'],
  ['keys', 'created_at'],
  ['calls', 'created_at'],
  ['sessions', 'seen_at'],
  ['audit', 'at'],
] as const

const newestOf = (database: Sqlite): number | null => {
  const newest = times
    .filter(([table]) => has(database, table))
    .map(
      ([table, column]) =>
        database.query<{ at: number | null }, []>(`select max(${column}) as at from ${table}`).get()?.at ?? 0,
    )
  return Math.max(0, ...newest) || null
}

/** The first agents, all of them simulated, had no number to call from. */
const agentsIn = (database: Sqlite): InspectedAgent[] => {
  const columns = database.query<{ name: string }, []>('PRAGMA table_info(agents)').all()
  const hasColumn = (wanted: string) => columns.some(({ name }) => name === wanted)
  if (!hasColumn('from_number')) return []
  const isLive = hasColumn('deleted_at') ? 'deleted_at is null' : 'true'
  return database
    .query<InspectedAgent, []>(
      `select id, name, provider, ref, from_number as fromNumber from agents where provider != 'simulator' and ${isLive} order by created_at`,
    )
    .all()
}

const secretsIn = (database: Sqlite, secret: string | undefined) => {
  const texts = sealedTexts(database)
  const vault = secret === undefined ? undefined : new Vault(secret)
  const unopened = texts.filter((text) => !vault || !opens(vault, text, isSealed(database)))
  const isOwnSecret = secret === undefined ? undefined : isSecretOf(database, secret)
  return {
    isOwnSecret,
    sealed: texts.length,
    unopened: [...new Set(unopened.map(({ name }) => name))],
    chain:
      secret !== undefined && isOwnSecret ? atOnce(new AuditChain(database, secret).verify()) : undefined,
  }
}

/** Reads a database without the rest of what opening it to work does. */
export const readDatabase = <T>(path: string, reading: (sqlite: Sqlite) => T): T => {
  using sqlite = new Sqlite(path, { readonly: true })
  return reading(sqlite)
}
