import { and, desc, eq, getTableColumns, isNotNull, lt } from 'drizzle-orm'
import type { AuditEntry, AuditLine } from '../audit.ts'
import type { NotPromise } from '../commit.ts'
import type { Database } from './database.ts'
import { agencies, audit } from './schema.ts'

interface PageOfAudit {
  /** The agency; left out, all of them. */
  agency?: string | undefined
  /** Only entries older than the one with this id. */
  before?: string | undefined
  limit: number
}

/** The audit. Entries are added, and removed when they are old enough (see old-rows.ts), and never changed. */
export const createAuditStore = (database: Database) => {
  const { orm } = database

  /** Writes an entry. */
  const record = ({ agency = null, ...rest }: AuditEntry) => {
    orm
      .insert(audit)
      .values({ id: Bun.randomUUIDv7(), agencyId: agency, ...rest })
      .run()
  }

  return {
    record,

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

    /** Newest first. */
    list: ({ agency, before, limit }: PageOfAudit) =>
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
        .all() as AuditLine[],
  }
}
