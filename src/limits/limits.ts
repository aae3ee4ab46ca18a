/** The limits of an environment. */
export interface Limits {
  /** The most requests granted in one window. */
  requestsPerMinute: number
  concurrentCalls: number
}

/** The limits that an operator has set for an environment; null means the server's default. */
export type OwnLimits = { [Name in keyof Limits]: number | null }

/** The limits in effect for an environment. */
export const limitsOf = (own: OwnLimits, server: Limits): Limits => ({
  requestsPerMinute: own.requestsPerMinute ?? server.requestsPerMinute,
  concurrentCalls: own.concurrentCalls ?? server.concurrentCalls,
})

export const limitMost = 1_000_000

/** The error message for an invalid limit. */
export const limitFlaw = 'A limit must be a whole number from 1 to 1,000,000, or the default.'

/** Parses a typed limit: null for a blank and for `default`, NaN for what is no number. */
export const readLimit = (text: string): number | null => {
  const typed = text.trim()
  if (typed === '' || typed === 'default') return null
  return /^\d{1,7}$/.test(typed) ? Number(typed) : Number.NaN
}
