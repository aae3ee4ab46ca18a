import { and, asc, count, eq, inArray, lt } from 'drizzle-orm'
import type { SQLWrapper } from 'drizzle-orm'
import type { Factor, PasskeyCredential } from '../people/factor.ts'
import type { Database } from './database.ts'
import { factors, recoveryCodes } from './schema.ts'
import type { Binding, Vault } from './vault.ts'
import { type Work, wait } from '../work.ts'

type Row = typeof factors.$inferSelect
type NewFactor = Omit<Factor, 'lastUsedAt' | 'kind'>

/** Second factors and recovery codes. The secrets of authenticator apps are passed in clear and stored encrypted. */
export const createFactorStore = (database: Database, vault: Vault) => {
  const { orm } = database
  const own = (personId: string, id: string) => and(eq(factors.personId, personId), eq(factors.id, id))

  return {
    /** A person's second factors, oldest first. */
    *list(personId: string): Work<Factor[]> {
      return (yield* wait(
        orm
          .select()
          .from(factors)
          .where(eq(factors.personId, personId))
          .orderBy(asc(factors.createdAt), asc(factors.id))
          .all(),
      )).map(plain)
    },

    *find(personId: string, id: string): Work<Factor | undefined> {
      const row = yield* wait(orm.select().from(factors).where(own(personId, id)).get())
      return row && plain(row)
    },

    *addTotp(factor: NewFactor, secret: string, lastStep: number) {
      const sealed = vault.seal(secret, factorBinding(factor))
      yield* wait(
        orm
          .insert(factors)
          .values({ ...factor, kind: 'totp', sealed, lastStep })
          .run(),
      )
    },

    *addPasskey(factor: NewFactor, credentialId: string, credential: PasskeyCredential) {
      yield* wait(
        orm
          .insert(factors)
          .values({ ...factor, kind: 'passkey', credentialId, credential })
          .run(),
      )
    },

    *rename(personId: string, id: string, name: string) {
      yield* wait(orm.update(factors).set({ name }).where(own(personId, id)).run())
    },

    /** Removes a factor; with the last one, the recovery codes, which would stand for nothing. */
    remove: (personId: string, id: string) =>
      database.transaction(function* () {
        const removed = yield* wait(orm.delete(factors).where(own(personId, id)).returning().get())
        const rest = yield* wait(
          orm.select({ rest: count() }).from(factors).where(eq(factors.personId, personId)).get(),
        )
        if (rest?.rest === 0) yield* deleteFactorsOf(database, [personId])
        return removed && plain(removed)
      }),

    /** Removes a person's factors and recovery codes, and returns the factors. */
    removeAll: (personId: string): Work<Factor[]> =>
      database.transaction(function* () {
        const removed = yield* wait(orm.select().from(factors).where(eq(factors.personId, personId)).all())
        yield* deleteFactorsOf(database, [personId])
        return removed.map(plain)
      }),

    /** The decrypted secrets of a person's authenticator apps. */
    *totpSecrets(personId: string) {
      return (yield* wait(
        orm
          .select()
          .from(factors)
          .where(and(eq(factors.personId, personId), eq(factors.kind, 'totp')))
          .all(),
      )).map((row) => ({ factor: plain(row), secret: vault.open(row.sealed ?? '', factorBinding(row)) }))
    },

    /** Uses up a time step; false where this one or a later one was used, even at the same moment. */
    *useStep(id: string, step: number, now: number) {
      return (
        (yield* wait(
          orm
            .update(factors)
            .set({ lastStep: step, lastUsedAt: now })
            .where(and(eq(factors.id, id), lt(factors.lastStep, step)))
            .returning()
            .get(),
        )) !== undefined
      )
    },

    *passkeys(personId: string) {
      return (yield* wait(
        orm
          .select()
          .from(factors)
          .where(and(eq(factors.personId, personId), eq(factors.kind, 'passkey')))
          .all(),
      )).flatMap((row) => passkeyIn(row) ?? [])
    },

    *anyPasskey() {
      return (
        (yield* wait(
          orm.select({ id: factors.id }).from(factors).where(eq(factors.kind, 'passkey')).limit(1).get(),
        )) !== undefined
      )
    },

    *findPasskey(credentialId: string) {
      const row = yield* wait(orm.select().from(factors).where(eq(factors.credentialId, credentialId)).get())
      return row && passkeyIn(row)
    },

    /** Keeps the counter of a passkey that was used; false where the passkey was removed in the meantime. */
    *usePasskey(id: string, credential: PasskeyCredential, now: number) {
      return (
        (yield* wait(
          orm
            .update(factors)
            .set({ credential, lastUsedAt: now })
            .where(eq(factors.id, id))
            .returning()
            .get(),
        )) !== undefined
      )
    },

    /** Replaces a person's recovery codes, given as hashes. */
    setRecoveryCodes: (personId: string, hashes: readonly string[]) =>
      database.transaction(function* () {
        yield* wait(orm.delete(recoveryCodes).where(eq(recoveryCodes.personId, personId)).run())
        yield* wait(
          orm
            .insert(recoveryCodes)
            .values(hashes.map((hash) => ({ hash, personId })))
            .run(),
        )
      }),

    *countRecoveryCodes(personId: string) {
      return (
        (yield* wait(
          orm
            .select({ codes: count() })
            .from(recoveryCodes)
            .where(eq(recoveryCodes.personId, personId))
            .get(),
        ))?.codes ?? 0
      )
    },

    /** Uses up a recovery code; false where it is none of this person's, or used. */
    *useRecoveryCode(personId: string, hash: string) {
      return (
        (yield* wait(
          orm
            .delete(recoveryCodes)
            .where(and(eq(recoveryCodes.personId, personId), eq(recoveryCodes.hash, hash)))
            .returning()
            .get(),
        )) !== undefined
      )
    },
  }
}

/** Removes the second factors and recovery codes of people. */
export const deleteFactorsOf = function* ({ orm }: Database, people: string[] | SQLWrapper) {
  yield* wait(orm.delete(factors).where(inArray(factors.personId, people)).run())
  yield* wait(orm.delete(recoveryCodes).where(inArray(recoveryCodes.personId, people)).run())
}

/** Binds the secret of an authenticator app to its row and its person. */
export const factorBinding = ({ id, personId }: Pick<Factor, 'id' | 'personId'>): Binding => [
  'second factor',
  id,
  personId,
]

const plain = ({ id, personId, kind, name, createdAt, lastUsedAt }: Row): Factor => ({
  id,
  personId,
  kind,
  name,
  createdAt,
  lastUsedAt,
})

const passkeyIn = (row: Row) =>
  row.credentialId !== null && row.credential !== null
    ? { factor: plain(row), credentialId: row.credentialId, credential: row.credential }
    : undefined
