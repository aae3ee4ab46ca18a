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
  /** The first time that it was sent in a URL. */
  exposedAt: number | null
  /** The time and place of a report that it leaked. */
  leakedAt: number | null
  leakedWhere: string | null
}

/** The public part of a live key. */
export interface LiveKey {
  last4: string
  /** Wall-clock milliseconds; null where it was never used. */
  lastUsedAt: number | null
}

/** Describes a live key to the person who has to confirm its end, after the name of its environment. */
export const keyInWords = ({ last4, lastUsedAt }: LiveKey) =>
  `ending in ${last4} (${lastUsedAt === null ? 'never used' : `last used on ${new Date(lastUsedAt).toISOString()}`})`
