import { mintToken, tokenHash, tokenLast4 } from './token.ts'

interface IssuedKey {
  id: string
  environmentId: string
  hash: string
  last4: string
  createdAt: number
}

export interface IssueStore {
  /** Makes `key` the environment's only live one; gives back the one that it replaced. */
  replace(key: IssuedKey): { id: string; last4: string } | undefined
}

/** Makes a new key for an environment; one that was live ends in the same instant. The token exists only in this answer. */
export const issueKey = (store: IssueStore, environmentId: string, now: number) => {
  const token = mintToken()
  const key: IssuedKey = {
    id: Bun.randomUUIDv7(),
    environmentId,
    hash: tokenHash(token),
    last4: tokenLast4(token),
    createdAt: now,
  }
  const replaced = store.replace(key)
  return { token, key, replaced }
}
