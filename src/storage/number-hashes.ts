import { randomBytes } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { sealedKeys } from './schema.ts'
import type { Binding, Vault } from './vault.ts'
import { type Work, wait } from '../work.ts'

const keyBytes = 32
/** 128 bits: two of a billion numbers meet with a chance of 10⁻²¹. */
const hashBytes = 16
const name = 'numbers'

export type NumberHashes = ReturnType<typeof createNumberHashes>

/**
 * Keyed hashes of phone numbers (HMAC-SHA-256). There are too few numbers for a hash without a key to hide one. The key is
 * random, and sealed in the database, so that the hashes survive a replacement of the secret.
 */
export const createNumberHashes = ({ changes, orm }: Database, vault: Vault) => {
  // A rollback may take the key away again, and then empties the cache.
  const cached = new Cache<HashNumber>(changes)

  const read = function* () {
    const row = yield* wait(orm.select().from(sealedKeys).where(eq(sealedKeys.name, name)).get())
    return row && hashWith(Buffer.from(vault.open(row.sealed, sealedKeyBinding({ name })), 'base64'))
  }
  const make = function* () {
    const key = randomBytes(keyBytes)
    const sealed = vault.seal(key.toString('base64'), sealedKeyBinding({ name }))
    yield* wait(orm.insert(sealedKeys).values({ name, sealed }).run())
    return hashWith(key)
  }

  return {
    /** The hash of a number; undefined while there is no key, and so no hash. */
    *find(phoneNumber: string): Work<Buffer | undefined> {
      return (yield* cached.read(name, read))?.(phoneNumber)
    },
    /** The hash of a number, to be stored in the caller's transaction. */
    *of(phoneNumber: string): Work<Buffer> {
      return ((yield* cached.read(name, read)) ?? (yield* make()))(phoneNumber)
    },
  }
}

export const sealedKeyBinding = ({ name: of }: { name: string }): Binding => ['sealed key', of]

type HashNumber = (phoneNumber: string) => Buffer

const hashWith =
  (key: Buffer): HashNumber =>
  (phoneNumber) =>
    new Bun.CryptoHasher('sha256', key).update(phoneNumber).digest().subarray(0, hashBytes)
