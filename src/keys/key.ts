/** A key of an environment, live or replaced. Every `…At` is wall-clock milliseconds. */
export interface ApiKey {
  id: string
  environmentId: string
  /** SHA-256 in hex. */
  hash: string
  last4: string
  createdAt: number
  replacedAt: number | null
  lastUsedAt: number | null
  /** When it was first seen in a URL. */
  exposedAt: number | null
  /** When somebody reported it as found, and where. */
  leakedAt: number | null
  leakedWhere: string | null
}

/** A live key, as far as it may be shown. */
export interface LiveKey {
  last4: string
  /** Wall-clock milliseconds; null where it was never used. */
  lastUsedAt: number | null
}

/** A live key as a person who is asked about it knows it, to stand behind whose it is. */
export const keyInWords = ({ last4, lastUsedAt }: LiveKey) =>
  `ending in ${last4} (${lastUsedAt === null ? 'never used' : `last used on ${new Date(lastUsedAt).toISOString()}`})`
