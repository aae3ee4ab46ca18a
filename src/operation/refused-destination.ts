import { ApiError } from '../failures.ts'
import { type DestinationRules, destinationProblem } from '../outgoing/destination.ts'
import type { Change } from './operation.ts'

/**
 * Audits a URL that is not saved because of where it points to. Only its scheme and host are kept: the rest may be a
 * secret. A text that is no URL points nowhere and leaves no entry.
 */
export const auditRefusedDestination = (change: Change, url: string, problem: string) => {
  const parsed = URL.parse(url)
  return change(
    function* () {},
    () =>
      parsed === null || parsed.host === ''
        ? undefined
        : { action: 'destination.refused', target: `${parsed.protocol}//${parsed.host}: ${problem}` },
  )
}

/** Fails with `invalid_input` for a URL to which no request may go, and audits where it points to. */
export const requireAllowedDestination = async (change: Change, url: string, rules: DestinationRules) => {
  const problem = destinationProblem(url, rules)
  if (problem === undefined) return
  await auditRefusedDestination(change, url, problem)
  throw new ApiError('invalid_input', { detail: problem, param: 'url' })
}
