import { and, desc, eq, notInArray } from 'drizzle-orm'
import { clientNetworks } from '../networks.ts'
import type { Database } from './database.ts'
import { knownAddresses } from './schema.ts'
import type { Vault } from './vault.ts'
import { wait } from '../work.ts'

/** The most networks that are remembered for a person; the one that was used the longest ago goes first. */
const rememberedMost = 50

/** The networks from which people have signed in: an IPv4 address, or the /64 of an IPv6 address. */
export const createKnownAddressStore = ({ orm }: Database, vault: Vault) => {
  const hashOf = (personId: string, address: string) =>
    vault.digest(`${personId} ${clientNetworks(address).host}`)

  return {
    *has(personId: string, address: string | null) {
      return (
        address !== null &&
        (yield* wait(
          orm
            .select()
            .from(knownAddresses)
            .where(eq(knownAddresses.hash, hashOf(personId, address)))
            .get(),
        )) !== undefined
      )
    },

    *remember(personId: string, address: string | null, lastSeenAt: number) {
      if (address === null) return
      yield* wait(
        orm
          .insert(knownAddresses)
          .values({ hash: hashOf(personId, address), personId, lastSeenAt })
          .onConflictDoUpdate({ target: knownAddresses.hash, set: { lastSeenAt } })
          .run(),
      )
      const newest = orm
        .select({ hash: knownAddresses.hash })
        .from(knownAddresses)
        .where(eq(knownAddresses.personId, personId))
        .orderBy(desc(knownAddresses.lastSeenAt))
        .limit(rememberedMost)
      yield* wait(
        orm
          .delete(knownAddresses)
          .where(and(eq(knownAddresses.personId, personId), notInArray(knownAddresses.hash, newest)))
          .run(),
      )
    },
  }
}
