import { and, eq } from 'drizzle-orm'
import { Cache } from './cache.ts'
import type { Database } from './database.ts'
import { signedUrls } from './schema.ts'
import { movedSecret, openSecrets, replacedSecret, sealedSecret } from './signing-secret.ts'
import type { Binding, Vault } from './vault.ts'
import { type Work, wait } from '../work.ts'

type SignedUrlRow = typeof signedUrls.$inferSelect

/** URLs of one kind with their signing secrets, which are passed in clear and stored encrypted. */
export const createSignedUrlStore = (database: Database, vault: Vault, kind: SignedUrlRow['kind']) => {
  const { changes, orm } = database
  const kept = new Cache<{ row: SignedUrlRow | null }>(changes)
  const binding = (ownerId: string, url: string) => signedUrlBinding({ kind, ownerId, url })
  const own = (ownerId: string) => and(eq(signedUrls.kind, kind), eq(signedUrls.ownerId, ownerId))

  /** Most owners have none, which is cached too. */
  const find = function* (ownerId: string): Work<SignedUrlRow | undefined> {
    const load = function* () {
      return { row: (yield* wait(orm.select().from(signedUrls).where(own(ownerId)).get())) ?? null }
    }
    return (yield* kept.read(ownerId, load))?.row ?? undefined
  }

  const change = function* (ownerId: string, given: Partial<SignedUrlRow>) {
    yield* wait(orm.update(signedUrls).set(given).where(own(ownerId)).run())
    kept.drop(ownerId)
  }

  return {
    find,

    /** Creates it with this secret; an existing one gets the URL, and keeps its secrets, sealed anew for it. */
    *save(ownerId: string, url: string, secret: string, now: number) {
      const before = yield* find(ownerId)
      const to = binding(ownerId, url)
      const again = { url, savedAt: now, offReason: null }
      const moved = before && movedSecret(vault, before, binding(ownerId, before.url), to)
      yield* wait(
        orm
          .insert(signedUrls)
          .values({ kind, ownerId, ...again, ...sealedSecret(vault, secret, to) })
          .onConflictDoUpdate({ target: [signedUrls.kind, signedUrls.ownerId], set: { ...again, ...moved } })
          .run(),
      )
      kept.drop(ownerId)
    },

    /** Replaces the signing secret; the old one signs as well for a day. */
    *rotate(ownerId: string, secret: string, now: number) {
      const before = yield* find(ownerId)
      if (before)
        yield* change(ownerId, replacedSecret(vault, before, secret, binding(ownerId, before.url), now))
    },

    /** The secrets that sign at `now`, newest first. Throws `SealBroken` under another `CALLGATE_SECRET`. */
    secrets: (row: SignedUrlRow, now: number) => openSecrets(vault, row, binding(row.ownerId, row.url), now),

    /** Ends all requests there, until it is saved again. */
    switchOff: (ownerId: string, offReason: string) => change(ownerId, { offReason }),

    *remove(ownerId: string) {
      yield* wait(orm.delete(signedUrls).where(own(ownerId)).run())
      kept.drop(ownerId)
    },
  }
}

/** Binds a signing secret to its owner, and to the URL whose requests it signs. */
export const signedUrlBinding = ({
  kind,
  ownerId,
  url,
}: Pick<SignedUrlRow, 'kind' | 'ownerId' | 'url'>): Binding => ['signed url', kind, ownerId, url]
