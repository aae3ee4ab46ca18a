import { ApiError } from '../failures.ts'
import type { Work } from '../work.ts'

/** The URL that is asked before an environment's real calls are placed. */
export interface PredialHook {
  url: string
  /** The last characters of the signing secret. */
  hint: string
  savedAt: number
  /** Until this time, the secret before the last rotation signs as well. */
  previousUntil: number | null
}

/** Finds the hook of an environment. Fails with `not_found`. */
export const requireHook = function* <Hook>(
  hooks: { find(environmentId: string): Work<Hook | undefined> },
  environmentId: string,
): Work<Hook> {
  const hook = yield* hooks.find(environmentId)
  if (hook) return hook
  throw new ApiError('not_found', { detail: 'There is no pre-dial hook yet.' })
}
