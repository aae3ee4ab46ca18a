import { and, desc, eq, gt, inArray, isNotNull, isNull, max, or, sql } from 'drizzle-orm'
import { type AccessDisabler, afterRotation, strongerDisabler } from '../agencies/access.ts'
import type { ApiKey } from '../keys/key.ts'
import type { KeyringStore, KeyInEnvironment } from '../keys/keyring.ts'
import type { Database } from './database.ts'
import { accessDisabledBy, raiseRevision } from './environments.ts'
import { agencies, environments, keyClients, keys } from './schema.ts'
import { wait } from '../work.ts'

/** Bounds the list for an environment whose key is rotated all the time. */
const replacedMost = 5

export const createKeyStore = (database: Database) => {
  const { orm, sqlite } = database

  const live = (environmentId: string) =>
    wait(
      orm
        .select()
        .from(keys)
        .where(and(eq(keys.environmentId, environmentId), isNull(keys.replacedAt)))
        .get(),
    )

  const setAccess = (environmentId: string, by: AccessDisabler | null) =>
    wait(
      orm.update(environments).set({ accessDisabledBy: by }).where(eq(environments.id, environmentId)).run(),
    )

  const keyring: KeyringStore = {
    changes: database.changes,

    newestRevision: () =>
      orm
        .select({ revision: max(environments.revision) })
        .from(environments)
        .get()?.revision ?? 0,

    hashes: () => sqlite.query<{ hash: string }, []>('select hash from keys').values().flat() as string[],

    keysSince: (revision) => inEnvironments().where(gt(environments.revision, revision)).all(),

    findByHash: (hash) => byHash.get({ hash }),

    withoutKeysSince: (revision) =>
      orm
        .select({ id: environments.id })
        .from(environments)
        .leftJoin(keys, eq(keys.environmentId, environments.id))
        .where(and(gt(environments.revision, revision), isNull(keys.id)))
        .all()
        .map(({ id }) => id),
  }

  const inEnvironments = () =>
    orm
      .select({
        id: keys.id,
        hash: keys.hash,
        last4: keys.last4,
        createdAt: keys.createdAt,
        replacedAt: keys.replacedAt,
        exposedAt: keys.exposedAt,
        environment: {
          id: environments.id,
          agencyId: environments.agencyId,
          agencyName: agencies.name,
          plan: agencies.plan,
          suspendedAt: agencies.suspendedAt,
          name: environments.name,
          accessDisabledBy: environments.accessDisabledBy,
          defaultAgentId: environments.defaultAgentId,
          dialsReal: environments.dialsReal,
          requestsPerMinute: environments.requestsPerMinute,
          concurrentCalls: environments.concurrentCalls,
        },
      })
      .from(keys)
      .innerJoin(environments, eq(environments.id, keys.environmentId))
      .innerJoin(agencies, eq(agencies.id, environments.agencyId))

  const byHash = inEnvironments()
    .where(eq(keys.hash, sql.placeholder('hash')))
    .prepare()

  return {
    ...keyring,
    live,

    /** Replaced keys, the last replaced first: those replaced since a time, and those with one of these ids. */
    *replaced(environmentId: string, { since, or: ids }: { since: number; or: string[] }) {
      return (yield* wait(
        orm
          .select()
          .from(keys)
          .where(
            and(
              eq(keys.environmentId, environmentId),
              isNotNull(keys.replacedAt),
              or(gt(keys.replacedAt, since), inArray(keys.id, ids)),
            ),
          )
          .orderBy(desc(keys.replacedAt))
          .limit(replacedMost)
          .all(),
      )) as (ApiKey & { replacedAt: number })[]
    },

    /**
     * Replaces the live key, whose hash stays as a tombstone, and with it the reason to keep access disabled that lies in
     * that key. One transaction, so that never two keys are live.
     */
    replace: (key: Pick<ApiKey, 'id' | 'environmentId' | 'hash' | 'last4' | 'createdAt'>) =>
      database.transaction(function* () {
        const replaced = yield* live(key.environmentId)
        if (replaced)
          yield* wait(
            orm.update(keys).set({ replacedAt: key.createdAt }).where(eq(keys.id, replaced.id)).run(),
          )
        yield* wait(orm.insert(keys).values(key).run())
        yield* setAccess(
          key.environmentId,
          afterRotation(yield* accessDisabledBy(database, key.environmentId)),
        )
        yield* raiseRevision(database, [key.environmentId])
        return replaced
      }),

    /**
     * Marks a live key as leaked, and disables the access of its environment. False when both were so already.
     */
    markLeaked: ({ id, environment }: KeyInEnvironment, where: string | null, now: number) =>
      database.transaction(function* () {
        const known = yield* live(environment.id)
        const disabledBy = yield* accessDisabledBy(database, environment.id)
        if (known?.id !== id || (known.leakedAt !== null && disabledBy !== null)) return false
        yield* wait(orm.update(keys).set({ leakedAt: now, leakedWhere: where }).where(eq(keys.id, id)).run())
        yield* setAccess(environment.id, strongerDisabler(disabledBy, 'leak'))
        yield* raiseRevision(database, [environment.id])
        return true
      }),

    /** Removes an agency's keys, live and replaced, and their clients. */
    removeOf: (agencyId: string) =>
      database.transaction(function* () {
        const own = (yield* wait(
          orm
            .select({ id: environments.id })
            .from(environments)
            .where(eq(environments.agencyId, agencyId))
            .all(),
        )).map(({ id }) => id)
        const ofOwn = inArray(keys.environmentId, own)
        yield* wait(
          orm
            .delete(keyClients)
            .where(inArray(keyClients.keyId, orm.select({ id: keys.id }).from(keys).where(ofOwn)))
            .run(),
        )
        yield* wait(orm.delete(keys).where(ofOwn).run())
        yield* raiseRevision(database, own)
      }),

    /** Marks a key as sent in a URL; the first time is kept. */
    markExposed: ({ id, environment }: KeyInEnvironment, now: number) =>
      database.transaction(function* () {
        yield* wait(
          orm
            .update(keys)
            .set({ exposedAt: now })
            .where(and(eq(keys.id, id), isNull(keys.exposedAt)))
            .run(),
        )
        yield* raiseRevision(database, [environment.id])
      }),
  }
}
