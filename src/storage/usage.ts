import { and, desc, eq, gte, inArray, sql } from 'drizzle-orm'
import { mergeTotals, peakOfAll, type Total } from '../usage/usage-counters.ts'
import { callOutcomes } from '../usage/call-outcomes.ts'
import type { Busy } from '../usage/usage.ts'
import type { Database } from './database.ts'
import { keyClients, keys, refusals, usage, usageTotals } from './schema.ts'
import { type Work, wait } from '../work.ts'

type Figure = typeof usage.$inferSelect
type ClientUse = typeof keyClients.$inferSelect
type Refused = typeof refusals.$inferSelect

interface Gathered {
  lastUses: Iterable<[keyId: string, at: number]>
  figures: Iterable<Figure>
  peaks?: Iterable<Total>
  uses: Iterable<ClientUse>
  refusals: Iterable<Refused>
}

const refusalsPerEnvironment = 200
const clientsPerKey = 100
/** The name that stands for all clients of a key beyond the limit. */
const others = { address: 'others', client: '' }

/** Stores the figures, clients and rejections of `Usage`. */
export const createUsageStore = (database: Database) => {
  const { orm } = database
  const statements = prepareWrites(database)
  const busiest = database.sqlite.query<Busy, { from: number; most: number; unwritten: string }>(`
    select agencies.id as agencyId, agencies.name as agencyName, environments.name as environment, calls
    from (select environment_id, sum(calls) as calls from (
        select environment_id, sum(count) as calls from usage indexed by usage_calls
        where outcome = '${callOutcomes.triggered}' and span = 'hour' and start_at >= $from group by environment_id
        union all select value ->> 'environmentId', value ->> 'count' from json_each($unwritten))
      group by environment_id order by calls desc limit $most) triggered
    join environments on environments.id = triggered.environment_id
    join agencies on agencies.id = environments.agency_id and agencies.deleted_at is null
    order by calls desc, agencies.name, environments.name`)

  /** A new pair of a key with a hundred of them is counted under `others`. */
  const saveUse = function* (use: ClientUse) {
    if (yield* statements.addToClient(use)) return
    // The agency of the key was deleted in the meantime.
    if (!(yield* wait(statements.keyById.get({ id: use.keyId })))) return
    const known = (yield* wait(statements.clientsOf.get({ keyId: use.keyId })))?.clients ?? 0
    const kept = known < clientsPerKey ? use : { ...use, ...others }
    if (kept === use || !(yield* statements.addToClient(kept)))
      yield* wait(statements.insertClient.run({ ...kept }))
  }

  return {
    save: ({ lastUses, figures, peaks = [], uses, refusals: refused }: Gathered) =>
      database.transaction(function* () {
        for (const [id, lastUsedAt] of lastUses) yield* wait(statements.lastUse.run({ id, lastUsedAt }))
        const hours: Figure[] = []
        for (const figure of figures) {
          yield* wait(statements.addFigure.run({ ...figure }))
          if (figure.span === 'hour') hours.push(figure)
        }
        for (const total of [...mergeTotals(hours), ...peaks])
          yield* wait(statements.addTotal.run({ ...total }))
        for (const use of uses) yield* saveUse(use)
        const environments = new Set<string>()
        for (const refusal of refused) {
          yield* wait(statements.insertRefusal.run({ ...refusal }))
          environments.add(refusal.environmentId)
        }
        for (const environmentId of environments) yield* wait(statements.trimRefusals.run({ environmentId }))
      }),

    figures: (environmentId: string, span: Figure['span'], from: number): Work<Figure[]> =>
      wait(
        orm
          .select()
          .from(usage)
          .where(and(eq(usage.environmentId, environmentId), eq(usage.span, span), gte(usage.startAt, from)))
          .all(),
      ),

    /** The figures of all environments together, by the hour, with their common peak and none of their own. */
    totals: (from: number) =>
      wait(orm.select().from(usageTotals).where(gte(usageTotals.startAt, from)).all()),

    /** The environments with the most calls triggered since the hour of a moment, with what is not written yet. */
    busiest: (from: number, most: number, unwritten: readonly Figure[]) =>
      wait(busiest.all({ from, most, unwritten: JSON.stringify(unwritten) })),

    uses: (environmentId: string, since: number): Work<ClientUse[]> =>
      wait(
        orm
          .select()
          .from(keyClients)
          .where(
            and(
              inArray(
                keyClients.keyId,
                orm.select({ id: keys.id }).from(keys).where(eq(keys.environmentId, environmentId)),
              ),
              gte(keyClients.lastSeenAt, since),
            ),
          )
          .all(),
      ),

    refusal: (requestId: string): Work<Refused | undefined> =>
      wait(orm.select().from(refusals).where(eq(refusals.requestId, requestId)).get()),

    refusals: (environmentId: string): Work<Refused[]> =>
      wait(
        orm
          .select()
          .from(refusals)
          .where(eq(refusals.environmentId, environmentId))
          .orderBy(desc(refusals.at))
          .limit(refusalsPerEnvironment)
          .all(),
      ),
  }
}

const prepareWrites = ({ orm }: Database) => {
  const { placeholder } = sql
  const addition = orm
    .update(keyClients)
    .set({
      requests: sql`requests + ${placeholder('requests')}`,
      afterRotation: sql`after_rotation + ${placeholder('afterRotation')}`,
      firstSeenAt: sql`min(first_seen_at, ${placeholder('firstSeenAt')})`,
      lastSeenAt: sql`max(last_seen_at, ${placeholder('lastSeenAt')})`,
    })
    .where(
      and(
        eq(keyClients.keyId, placeholder('keyId')),
        eq(keyClients.address, placeholder('address')),
        eq(keyClients.client, placeholder('client')),
      ),
    )
    .prepare()

  return {
    lastUse: orm
      .update(keys)
      .set({ lastUsedAt: sql`${placeholder('lastUsedAt')}` })
      .where(eq(keys.id, placeholder('id')))
      .prepare(),

    addFigure: orm
      .insert(usage)
      .values({
        environmentId: placeholder('environmentId'),
        span: placeholder('span'),
        startAt: placeholder('startAt'),
        outcome: placeholder('outcome'),
        count: placeholder('count'),
      })
      .onConflictDoUpdate({
        target: [usage.environmentId, usage.span, usage.startAt, usage.outcome],
        set: {
          count: sql`case outcome when 'peak_calls' then max(count, excluded.count) else count + excluded.count end`,
        },
      })
      .prepare(),

    addTotal: orm
      .insert(usageTotals)
      .values({
        startAt: placeholder('startAt'),
        outcome: placeholder('outcome'),
        count: placeholder('count'),
      })
      .onConflictDoUpdate({
        target: [usageTotals.startAt, usageTotals.outcome],
        set: {
          count: sql`case outcome when ${sql.raw(`'${peakOfAll}'`)} then max(count, excluded.count) else count + excluded.count end`,
        },
      })
      .prepare(),

    /** False for a new pair. */
    *addToClient(use: ClientUse) {
      return ((yield* wait(addition.run({ ...use }))) as unknown as { changes: number }).changes > 0
    },

    keyById: orm
      .select({ id: keys.id })
      .from(keys)
      .where(eq(keys.id, placeholder('id')))
      .prepare(),

    clientsOf: orm
      .select({ clients: sql<number>`count(*)` })
      .from(keyClients)
      .where(eq(keyClients.keyId, placeholder('keyId')))
      .prepare(),

    insertClient: orm
      .insert(keyClients)
      .values({
        keyId: placeholder('keyId'),
        address: placeholder('address'),
        client: placeholder('client'),
        requests: placeholder('requests'),
        afterRotation: placeholder('afterRotation'),
        firstSeenAt: placeholder('firstSeenAt'),
        lastSeenAt: placeholder('lastSeenAt'),
      })
      .prepare(),

    insertRefusal: orm
      .insert(refusals)
      .values({
        requestId: placeholder('requestId'),
        environmentId: placeholder('environmentId'),
        keyId: placeholder('keyId'),
        at: placeholder('at'),
        code: placeholder('code'),
        route: placeholder('route'),
        address: placeholder('address'),
        requests: placeholder('requests'),
        requestLimit: placeholder('requestLimit'),
        calls: placeholder('calls'),
        callLimit: placeholder('callLimit'),
      })
      .onConflictDoNothing()
      .prepare(),

    /** Keeps an environment's newest 200 rejections. */
    trimRefusals: orm
      .delete(refusals)
      .where(
        sql`request_id in (select request_id from refusals where environment_id = ${placeholder('environmentId')} order by at desc, rowid desc limit -1 offset ${sql.raw(String(refusalsPerEnvironment))})`,
      )
      .prepare(),
  }
}
