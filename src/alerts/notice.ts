import type { EnvironmentName } from '../agencies/environment.ts'
import type { AuditEntry } from '../audit.ts'
import type { Call } from '../calls/call.ts'
import type { Clock } from '../clock.ts'
import type { Commit } from '../commit.ts'
import type { AlertKind } from '../policy/alert-kinds.ts'
import { kindInWords } from '../policy/destination.ts'
import { type BudgetState, budgetInWords } from '../policy/budget.ts'
import { numberFacts } from '../policy/number.ts'
import type { Policy } from '../policy/policy.ts'
import { type Alert, withMore } from './alert.ts'
import { passedThreshold, thresholds, usedInWords } from './thresholds.ts'
import { run, type Work } from '../work.ts'

type Subject = Pick<Call, 'agencyId' | 'environmentId'>

interface NoticeDeps {
  alerts: {
    mark(ownerId: string, kind: AlertKind, subject: string, now: number): Work<boolean>
    latest(environmentId: string, kind: AlertKind): Work<Alert | undefined>
    insert(alert: Alert): Work<void>
    repeat(id: string, message: string, now: number): Work<void>
    find(id: string): Work<object | undefined>
  }
  policy: {
    policyFor(of: Subject): Work<Policy>
    budgets(of: Subject, now: number): Work<BudgetState[]>
  }
  spending: {
    /** The number of calls to new numbers since a moment, counted up to `most`. */
    newNumbersSince(environmentId: string, since: number, most: number): Work<number>
  }
  environments: {
    nameOf(environmentId: string): Work<EnvironmentName | undefined>
    /** False where access was disabled before, by somebody as strong. */
    disableAccess(environmentId: string, by: 'policy'): Work<boolean>
  }
  audit: { record(entry: AuditEntry): Work<void> }
  commit: Commit
  clock: Clock
  log: { warn(message: string, facts: Record<string, unknown>): void }
  /** Writes the deliveries of an alert, in its transaction. */
  enqueue(alert: Alert): Work<void>
  /** Called once an alert is on disk. */
  raised(kind: AlertKind): void
}

interface Noticed {
  kind: AlertKind
  message: string
  /** What another alert of the same hour adds to the message of the first. */
  more?: string
}

const burstMs = 10 * 60_000
/** How long more of the same kind is only counted. */
const quietMs = 60 * 60_000

export type Notice = ReturnType<typeof createNotice>

/**
 * Notices what operators have to know of real calls. An alert is written in the commit of the call that it comes from; a
 * rejected call gets a commit for it. Thresholds of budgets are told once each, the other kinds at most once an hour in
 * an environment.
 */
export const createNotice = (deps: NoticeDeps) => {
  const { alerts, policy, spending, clock, commit, log } = deps
  const raise = createRaise(deps)

  const noticeCountry = function* (call: Call, now: number) {
    const { country } = numberFacts(call.phoneNumber)
    if (country === null || !(yield* alerts.mark(call.environmentId, 'new_country', country, now))) return
    yield* raise(call, {
      kind: 'new_country',
      message: `The first call to a country: ${country}`,
      more: country,
    })
  }

  const noticeNewNumbers = function* (call: Call, now: number) {
    const most = (yield* policy.policyFor(call)).rules.newNumbersPerTenMinutes
    if (most === null || (yield* spending.newNumbersSince(call.environmentId, now - burstMs, most)) < most)
      return
    const message = `${most} calls within 10 minutes to numbers that were not called in the last day`
    yield* raise(call, { kind: 'new_numbers', message })
  }

  const noticeBudgets = function* (call: Subject, now: number) {
    for (const budget of yield* policy.budgets(call, now)) {
      const passed = passedThreshold(budget)
      if (passed === undefined) continue
      const ownerId = budget.of === 'agency' ? call.agencyId : call.environmentId
      const isFirst = function* (percent: number) {
        const subject = `${budget.name} ${budget.limit} ${budget.resetsAt} ${percent}`
        return yield* alerts.mark(ownerId, 'budget_threshold', subject, now)
      }
      // One call can pass several: the highest is told, and none of them again.
      for (const percent of thresholds) if (percent < passed) yield* isFirst(percent)
      if (!(yield* isFirst(passed))) continue
      const message = `${passed} % of a budget is used, ${budgetInWords(budget)}: ${usedInWords(budget)}`
      yield* raise(call, { kind: 'budget_threshold', message })
    }
  }

  return {
    /** To be called in the transaction that stores a real call, after it is counted. */
    *placed(call: Call) {
      const now = clock.now()
      yield* noticeCountry(call, now)
      yield* noticeNewNumbers(call, now)
      yield* noticeBudgets(call, now)
    },

    /** To be called in the transaction in which a real call has used more. */
    spent: (call: Subject) => noticeBudgets(call, clock.now()),

    /** Resolves once a call that the policy rejected has been noticed. A disk that fails changes no rejection. */
    rejected: async (call: Pick<Call, 'agencyId' | 'environmentId' | 'phoneNumber'>) => {
      const { shut } = numberFacts(call.phoneNumber)
      // A number of an unassigned range is a typing error more often than fraud.
      if (shut === null || shut === 'unknown') return
      if ((await run(policy.policyFor(call))).rules.numberKinds?.includes(shut)) return
      const message = `A call was rejected because of its kind of number: ${kindInWords(shut)} are not allowed`
      try {
        await commit(() => raise(call, { kind: 'shut_number', message }))
      } catch (error) {
        log.warn('an alert could not be stored', { environment_id: call.environmentId, error: String(error) })
      }
    },
  }
}

const createRaise = ({ alerts, policy, environments, audit, clock, enqueue, raised }: NoticeDeps) => {
  const audited = function* (alert: Alert, action: 'alert.raised' | 'access.disabled', target: string) {
    const environment = yield* environments.nameOf(alert.environmentId)
    const entry = { at: alert.at, actor: 'policy', address: null, action, agency: alert.agencyId, target }
    yield* audit.record({ ...entry, ...(environment && { environment }) })
  }

  /** A savepoint may have rolled it back. */
  const announce = function* ({ id, kind }: Alert) {
    if (yield* alerts.find(id)) raised(kind)
  }

  return function* ({ agencyId, environmentId }: Subject, { kind, message, more }: Noticed) {
    const now = clock.now()
    const disables =
      (yield* policy.policyFor({ agencyId, environmentId })).rules.disableOn?.includes(kind) ?? false
    const accessDisabled = disables && (yield* environments.disableAccess(environmentId, 'policy'))
    const last = kind === 'budget_threshold' ? undefined : yield* alerts.latest(environmentId, kind)
    // That access was disabled is told however soon: somebody has to enable it before it can happen again.
    if (last && now - last.at < quietMs && !accessDisabled)
      return yield* alerts.repeat(
        last.id,
        more === undefined ? last.message : withMore(last.message, more),
        now,
      )
    const alert: Alert = {
      id: Bun.randomUUIDv7(),
      kind,
      agencyId,
      environmentId,
      message,
      count: 1,
      at: now,
      lastAt: now,
      accessDisabled,
      acknowledgedAt: null,
      acknowledgedBy: null,
    }
    yield* alerts.insert(alert)
    yield* audited(alert, 'alert.raised', message)
    if (accessDisabled) yield* audited(alert, 'access.disabled', `because of the alert ${kind}`)
    yield* enqueue(alert)
    clock.after(0, () => void run(announce(alert)))
  }
}
