import { and, desc, eq, getTableColumns, gt, isNotNull, lt, max } from 'drizzle-orm'
import type { AuditEntry, AuditLine } from '../audit.ts'
import type { NotPromise } from '../commit.ts'
import type { Actor } from '../people/actor.ts'
import { actorShownTo } from '../people/shown-actor.ts'
import type { AuditChain } from './audit-chain.ts'
import type { Database } from './database.ts'
import { agencies, audit } from './schema.ts'

export type StoredEntry = typeof audit.$inferSelect

interface PageOfAudit {
  /** The agency; left out, all of them. */
  agency?: string | undefined
  /** Only entries older than the one with this id. */
  before?: string | undefined
  limit: number
}

/** The audit. Entries are added, and removed when they are old enough (see old-rows.ts), and never changed. */
export const createAuditStore = (database: Database, chain: Pick<AuditChain, 'append'>) => {
  const { orm, sqlite } = database
  const newest = () =>
    orm
      .select({ number: max(audit.number) })
      .from(audit)
      .get()?.number ?? 0
  let told = newest()
  let follow: ((entry: StoredEntry) => void) | undefined

  /** Tells of the entries that are on disk: a savepoint may have rolled back some that were recorded. */
  const tell = () => {
    for (const entry of orm.select().from(audit).where(gt(audit.number, told)).orderBy(audit.number).all()) {
      told = entry.number ?? told
      follow?.(entry)
    }
  }

  const append = ({
    agency = null,
    actorId,
    actorRole,
    environment,
    target,
    operationId,
    times,
    ...entry
  }: AuditEntry) =>
    chain.append({
      ...entry,
      id: Bun.randomUUIDv7(),
      actor_id: actorId ?? null,
      actor_role: actorRole ?? null,
      agency_id: agency,
      environment: environment ?? null,
      target: target ?? null,
      operation_id: operationId ?? null,
      times: times ?? null,
    })

  /** Writes an entry, in the current transaction or in its own. */
  const record = (entry: AuditEntry): void => {
    if (!sqlite.inTransaction) return database.transaction(() => record(entry))
    append(entry)
    if (follow) database.afterCommit(tell)
  }

  /** Newest first, with the names of all actors. */
  const list = ({ agency, before, limit }: PageOfAudit) =>
    orm
      .select({ ...getTableColumns(audit), agencyName: agencies.name })
      .from(audit)
      .leftJoin(agencies, eq(agencies.id, audit.agencyId))
      .where(
        and(
          agency === undefined ? undefined : eq(audit.agencyId, agency),
          before === undefined ? undefined : lt(audit.id, before),
        ),
      )
      .orderBy(desc(audit.id))
      .limit(limit)
      .all() as AuditLine[]

  return {
    record,

    /** Writes entries in one transaction. */
    recordAll: (entries: AuditEntry[]) => database.transaction(() => entries.forEach(record)),

    /** Calls `listener` with every entry from now on, once it is on disk. */
    follow: (listener: (entry: StoredEntry) => void) => {
      told = newest()
      follow = listener
    },

    /** Makes a change and writes its entry in one transaction: both are on disk when this returns, or neither. */
    change: <T>(make: () => NotPromise<T>, entry: AuditEntry | ((made: T) => AuditEntry | undefined)): T =>
      database.transaction<T>(() => {
        const made = make()
        const line = typeof entry === 'function' ? entry(made) : entry
        if (line) record(line)
        return made
      }),

    /** True where an operation with this id has an entry. */
    hasOperation: (operationId: string) =>
      orm
        .select({ id: audit.id })
        .from(audit)
        .where(and(isNotNull(audit.operationId), eq(audit.operationId, operationId)))
        .get() !== undefined,

    list,

    /** As the viewer may see it. */
    listFor: (viewer: Pick<Actor, 'agencyId'>, query: PageOfAudit) =>
      list(query).map((line) => actorShownTo(viewer, line)),
  }
}
