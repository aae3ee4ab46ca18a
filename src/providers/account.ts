import { ApiError } from '../failures.ts'
import { findKind } from './kinds.ts'
import type { ProviderKind } from '../calls/provider.ts'
import type { Work } from '../work.ts'

/** An agency's account at a provider, as it is stored; at most one per provider. */
export interface ProviderAccount {
  id: string
  agencyId: string
  provider: string
  /** Replaces the provider's usual address. */
  baseUrl: string | null
  /** The credentials, encrypted. */
  sealed: string
  /** The last characters of each credential, for people. */
  hints: Record<string, string>
  savedAt: number
}

/** An account to be stored. */
export interface NewAccount extends Pick<ProviderAccount, 'agencyId' | 'provider' | 'baseUrl'> {
  credentials: Readonly<Record<string, string>>
}

export interface FindAccounts {
  findFor(agencyId: string, provider: string): Work<ProviderAccount | undefined>
}

/** Finds a provider by its name. Fails with `not_found`. */
export const requireKind = (name: string): ProviderKind => {
  const kind = findKind(name)
  if (kind) return kind
  throw new ApiError('not_found', { detail: 'There is no such provider.' })
}

/** Finds an agency's account at a provider. Fails with `not_found`. */
export const requireAccount = function* (
  accounts: FindAccounts,
  agencyId: string,
  { name }: Pick<ProviderKind, 'name'>,
): Work<ProviderAccount> {
  const account = yield* accounts.findFor(agencyId, name)
  if (account) return account
  throw new ApiError('not_found', { detail: `No ${name} account is connected.` })
}
