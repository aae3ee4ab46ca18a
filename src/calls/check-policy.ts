import type { EnvironmentName } from '../agencies/environment.ts'
import type { ApiError } from '../failures.ts'
import { budgetsOf, type BudgetState } from '../policy/budget.ts'
import { dayIn } from '../policy/calendar.ts'
import type { Asked, Counters, Spent } from '../policy/fence.ts'
import { refusalAtDispatch, refusalOf } from '../policy/fences.ts'
import { numberFacts } from '../policy/number.ts'
import { type Policy, policyOf } from '../policy/policy.ts'
import type { RuleSet } from '../policy/rules.ts'
import type { Call } from './call.ts'
import { longestSecondsOf } from './spending.ts'
import type { Work } from '../work.ts'

type Owner = { agencyId: string } | { environmentId: string }

/** A level: the gate without an agency, an agency without an environment. */
export interface PolicyOwners {
  agencyId: string | null
  environmentId: string | null
}

export interface PolicyDeps {
  policies: { sets(owners: PolicyOwners): Work<readonly RuleSet[]> }
  spending: {
    sum(of: Owner, days: { first: string; last: string }, now: number): Work<Spent>
    dialledSince(agencyId: string, phoneNumber: string, since: number): Work<readonly number[]>
  }
  doNotCall: { isListed(agencyId: string, phoneNumber: string, now: number): Work<boolean> }
  environments: { nameOf(environmentId: string): Work<EnvironmentName | undefined> }
}

type Judged = Pick<
  Call,
  | 'agencyId'
  | 'environmentId'
  | 'provider'
  | 'phoneNumber'
  | 'timeZone'
  | 'consent'
  | 'createdAt'
  | 'expiresAt'
>

/** True for a call that rings a phone. The policy is about those alone. */
export const isReal = ({ provider }: Pick<Call, 'provider'>) => provider !== 'simulator'

export type CheckPolicy = ReturnType<typeof createCheckPolicy>

/** The policy of real calls: their fences, with the counters as they stand when they are asked. */
export const createCheckPolicy = (deps: PolicyDeps) => {
  const policyFor = function* ({ agencyId, environmentId }: PolicyOwners): Work<Policy> {
    return policyOf(yield* deps.policies.sets({ agencyId, environmentId }))
  }

  const asked = function* (call: Judged, now: number): Work<Asked> {
    return {
      order: {
        phoneNumber: call.phoneNumber,
        isStaging: (yield* deps.environments.nameOf(call.environmentId)) === 'staging',
        hasConsent: call.consent !== null,
        timeZone: call.timeZone,
        longestSeconds: longestSecondsOf(call),
      },
      number: numberFacts(call.phoneNumber),
      policy: yield* policyFor(call),
      counters: countersOf(deps, call, now),
      now,
    }
  }

  return {
    policyFor,
    /** The budgets at a level, as they stand. */
    *budgets({ agencyId, environmentId }: PolicyOwners, now: number): Work<BudgetState[]> {
      return agencyId === null
        ? []
        : yield* budgetsOf(
            yield* policyFor({ agencyId, environmentId }),
            spentBy(deps, { agencyId, environmentId }, now),
            now,
          )
    },
    /** What the fences are asked about a call. */
    asked,
    /** The error for a call that is about to be stored; to be asked again in the transaction that stores it. */
    *atTrigger(call: Judged, now: number): Work<ApiError | undefined> {
      return isReal(call) ? yield* refusalOf(yield* asked(call, now)) : undefined
    },
    /** The error for a stored call whose order is about to go out: hours, lists and rules may have changed meanwhile. */
    *atDispatch(call: Judged, now: number): Work<ApiError | undefined> {
      return isReal(call) ? yield* refusalAtDispatch(yield* asked(call, now)) : undefined
    },
    /** The day on which a call counts; null for a simulated one. */
    *spendingDay(call: Judged, now: number): Work<string | null> {
      return isReal(call) ? dayIn((yield* policyFor(call)).rules.timeZone ?? 'UTC', now) : null
    },
  }
}

const countersOf = (deps: PolicyDeps, call: Judged, now: number): Counters => ({
  isListed: () => deps.doNotCall.isListed(call.agencyId, call.phoneNumber, now),
  callsToNumberSince: (since) => deps.spending.dialledSince(call.agencyId, call.phoneNumber, since),
  spent: spentBy(deps, call, now),
})

const spentBy =
  (
    { spending }: PolicyDeps,
    { agencyId, environmentId }: { agencyId: string; environmentId: string | null },
    now: number,
  ): Counters['spent'] =>
  (of, period, day) =>
    spending.sum(
      of === 'environment' && environmentId !== null ? { environmentId } : { agencyId },
      { first: period === 'day' ? day : `${day.slice(0, 7)}-01`, last: day },
      now,
    )
