/** How much an environment may do. */
export interface Limits {
  /** Requests granted in one window. */
  requestsPerMinute: number
  concurrentCalls: number
}

/** What the operator has set for an environment; null means: as the server is configured. */
export type OwnLimits = { [Name in keyof Limits]: number | null }

/** What holds for an environment. */
export const limitsOf = (own: OwnLimits, server: Limits): Limits => ({
  requestsPerMinute: own.requestsPerMinute ?? server.requestsPerMinute,
  concurrentCalls: own.concurrentCalls ?? server.concurrentCalls,
})

export const limitMost = 1_000_000

/** What is wrong with a text that should be a limit. */
export const limitFlaw = 'A limit must be a whole number from 1 to 1,000,000, or the default.'

/** A limit as people type it: null for nothing and for `default`, NaN for what is no number. */
export const readLimit = (text: string): number | null => {
  const typed = text.trim()
  if (typed === '' || typed === 'default') return null
  return /^\d{1,7}$/.test(typed) ? Number(typed) : Number.NaN
}
