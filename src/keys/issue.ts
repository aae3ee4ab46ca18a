import { mintToken, tokenHash, tokenLast4 } from './token.ts'
import type { Work } from '../work.ts'

interface IssuedKey {
  id: string
  environmentId: string
  hash: string
  last4: string
  createdAt: number
}

export interface IssueStore {
  /** Makes `key` the environment's only live key; returns the one that it replaced. */
  replace(key: IssuedKey): Work<{ id: string; last4: string } | undefined>
}

/** Issues a key for an environment and ends its live one in the same instant. Only this result holds the token. */
export const issueKey = function* (store: IssueStore, environmentId: string, now: number) {
  const token = mintToken()
  const key: IssuedKey = {
    id: Bun.randomUUIDv7(),
    environmentId,
    hash: tokenHash(token),
    last4: tokenLast4(token),
    createdAt: now,
  }
  const replaced = yield* store.replace(key)
  return { token, key, replaced }
}
