import type { ApiError } from '../failures.ts'
import type { NumberFacts } from './number.ts'
import type { Policy } from './policy.ts'
import type { BudgetLimits } from './rules.ts'
import type { Work } from '../work.ts'

/** The part of an order that the fences look at. */
export interface Order {
  phoneNumber: string
  isStaging: boolean
  hasConsent: boolean
  /** The called person's IANA time zone; null: every zone in which the number may be. */
  timeZone: string | null
  /** The longest that the call may last. */
  longestSeconds: number
}

/** What real calls have used in a period. */
export interface Spent {
  calls: number
  /** Of the calls that are over. */
  seconds: number
  /** The talk so far of the calls under way. */
  underWaySeconds: number
  /** The longest lengths of the calls under way. */
  reservedSeconds: number
  /** Cents by currency. */
  cents: Readonly<Record<string, number>>
}

/** What happened before, read when a fence asks. */
export interface Counters {
  isListed(): Work<boolean>
  /** Times of earlier calls to the number since a moment, the earliest first. */
  callsToNumberSince(since: number): Work<readonly number[]>
  spent(of: 'agency' | 'environment', period: 'day' | 'month', day: string): Work<Spent>
}

export interface Asked {
  order: Order
  number: NumberFacts
  policy: Policy
  counters: Counters
  /** Wall-clock milliseconds. */
  now: number
}

/** A rule: the error for an order that it doesn't let through. Pure: it takes nothing and counts nothing. */
export type Fence = (asked: Asked) => Work<ApiError | undefined>

export type BudgetName = keyof BudgetLimits
