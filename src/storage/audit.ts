import { and, desc, eq, getTableColumns, gt, gte, isNotNull, lt, max, not, type SQL, sql } from 'drizzle-orm'
import type { AuditEntry, AuditLine, AuditQuery } from '../audit.ts'
import type { Actor } from '../people/actor.ts'
import { actorShownTo, anOperator, somebody } from '../people/shown-actor.ts'
import type { AuditChain } from './audit-chain.ts'
import type { Database } from './database.ts'
import { agencies, audit } from './schema.ts'
import { atOnce, run, type Work, wait } from '../work.ts'

export type StoredEntry = typeof audit.$inferSelect

interface PageOfAudit extends AuditQuery {
  /** Only entries older than the one with this id. */
  before?: string | undefined
  limit: number
}

const everybody = { agencyId: null }

/** The rows whose actor the viewer reads under this name: nobody finds out by it who an operator was. */
const actorIs = (viewer: Pick<Actor, 'agencyId'>, name: string, isIndexed: boolean) => {
  const isNamed = isIndexed ? eq(audit.actor, name) : sql`+actor = ${name}`
  if (viewer.agencyId === null) return isNamed
  const isHiddenPerson = sql`(actor_role is null and instr(actor, '@') > 0)`
  if (name === anOperator) return eq(audit.actorRole, 'operator')
  if (name === somebody) return isHiddenPerson
  return and(isNamed, sql`actor_role is not 'operator'`, not(isHiddenPerson))
}

/** An agency's own entries are few, so that its index is the one to use where it is given. */
const matching = (
  viewer: Pick<Actor, 'agencyId'>,
  { agency, actor, action, text, from, to, before }: Omit<PageOfAudit, 'limit'>,
) => {
  const given = <T>(value: T | undefined, condition: (value: T) => SQL | undefined) =>
    value === undefined ? undefined : condition(value)
  return and(
    given(agency, (id) => eq(audit.agencyId, id)),
    given(actor, (name) => actorIs(viewer, name, agency === undefined)),
    given(action, (one) =>
      agency === undefined && actor === undefined ? eq(audit.action, one) : sql`+action = ${one}`,
    ),
    given(text, (part) => sql`instr(lower(target), lower(${part})) > 0`),
    given(from, (time) => gte(audit.at, time)),
    given(to, (time) => lt(audit.at, time)),
    given(before, (id) => lt(audit.id, id)),
  )
}

/** The audit. Entries are added, and removed when they are old enough (see old-rows.ts), and never changed. */
export const createAuditStore = (database: Database, chain: Pick<AuditChain, 'append' | 'verifyInTurns'>) => {
  const { orm, sqlite } = database
  const newest = function* () {
    return (
      (yield* wait(
        orm
          .select({ number: max(audit.number) })
          .from(audit)
          .get(),
      ))?.number ?? 0
    )
  }
  let told = atOnce(newest())
  let follow: ((entry: StoredEntry) => void) | undefined

  /** Tells of the entries that are on disk: a savepoint may have rolled back some that were recorded. */
  const tell = function* () {
    for (const entry of yield* wait(
      orm.select().from(audit).where(gt(audit.number, told)).orderBy(audit.number).all(),
    )) {
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
  const record = function* (entry: AuditEntry): Work<void> {
    if (!sqlite.inTransaction) return yield* database.transaction(() => record(entry))
    yield* append(entry)
    if (follow) database.afterCommit(() => void run(tell()))
  }

  /** Newest first, with the names of the actors as the viewer may see them. */
  const listFor = function* (
    viewer: Pick<Actor, 'agencyId'>,
    { limit, ...query }: PageOfAudit,
  ): Work<AuditLine[]> {
    const lines = (yield* wait(
      orm
        .select({ ...getTableColumns(audit), agencyName: agencies.name })
        .from(audit)
        .leftJoin(agencies, eq(agencies.id, audit.agencyId))
        .where(matching(viewer, query))
        .orderBy(desc(audit.id))
        .limit(limit)
        .all(),
    )) as AuditLine[]
    return lines.map((line) => actorShownTo(viewer, line))
  }

  return {
    record,

    /** Writes entries in one transaction. */
    recordAll: (entries: AuditEntry[]) =>
      database.transaction(function* () {
        for (const entry of entries) yield* record(entry)
      }),

    /** Calls `listener` with every entry from now on, once it is on disk. */
    *follow(listener: (entry: StoredEntry) => void) {
      told = yield* newest()
      follow = listener
    },

    /** Makes a change and writes its entry in one transaction: both are on disk when this returns, or neither. */
    change: <T>(make: () => Work<T>, entry: AuditEntry | ((made: T) => AuditEntry | undefined)): Work<T> =>
      database.transaction<T>(function* () {
        const made = yield* make()
        const line = typeof entry === 'function' ? entry(made) : entry
        if (line) yield* record(line)
        return made
      }),

    /** True where an operation with this id has an entry. */
    *hasOperation(operationId: string) {
      return (
        (yield* wait(
          orm
            .select({ id: audit.id })
            .from(audit)
            .where(and(isNotNull(audit.operationId), eq(audit.operationId, operationId)))
            .get(),
        )) !== undefined
      )
    },

    /** With the names of all actors. */
    list: (query: PageOfAudit) => listFor(everybody, query),

    listFor,

    /** Reads the whole chain, and lets others in between. */
    verify: () => chain.verifyInTurns(() => new Promise((turn) => setImmediate(turn))),
  }
}
