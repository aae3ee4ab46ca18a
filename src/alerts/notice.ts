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

type Subject = Pick<Call, 'agencyId' | 'environmentId'>

interface NoticeDeps {
  alerts: {
    mark(ownerId: string, kind: AlertKind, subject: string, now: number): boolean
    latest(environmentId: string, kind: AlertKind): Alert | undefined
    insert(alert: Alert): void
    repeat(id: string, message: string, now: number): void
    find(id: string): object | undefined
  }
  policy: {
    policyFor(of: Subject): Policy
    budgets(of: Subject, now: number): BudgetState[]
  }
  spending: {
    /** The number of calls to new numbers since a moment, counted up to `most`. */
    newNumbersSince(environmentId: string, since: number, most: number): number
  }
  environments: {
    nameOf(environmentId: string): EnvironmentName | undefined
    /** False where access was disabled before, by somebody as strong. */
    disableAccess(environmentId: string, by: 'policy'): boolean
  }
  audit: { record(entry: AuditEntry): void }
  commit: Commit
  clock: Clock
  log: { warn(message: string, facts: Record<string, unknown>): void }
  /** Writes the deliveries of an alert, in its transaction. */
  enqueue(alert: Alert): void
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

  const noticeCountry = (call: Call, now: number) => {
    const { country } = numberFacts(call.phoneNumber)
    if (country === null || !alerts.mark(call.environmentId, 'new_country', country, now)) return
    raise(call, { kind: 'new_country', message: `The first call to a country: ${country}`, more: country })
  }

  const noticeNewNumbers = (call: Call, now: number) => {
    const most = policy.policyFor(call).rules.newNumbersPerTenMinutes
    if (most === null || spending.newNumbersSince(call.environmentId, now - burstMs, most) < most) return
    const message = `${most} calls within 10 minutes to numbers that were not called in the last day`
    raise(call, { kind: 'new_numbers', message })
  }

  const noticeBudgets = (call: Subject, now: number) => {
    for (const budget of policy.budgets(call, now)) {
      const passed = passedThreshold(budget)
      if (passed === undefined) continue
      const ownerId = budget.of === 'agency' ? call.agencyId : call.environmentId
      const mark = (percent: number) =>
        alerts.mark(
          ownerId,
          'budget_threshold',
          `${budget.name} ${budget.limit} ${budget.resetsAt} ${percent}`,
          now,
        )
      // One call can pass several: the highest is told, and none of them again.
      const fresh = thresholds.filter((percent) => percent <= passed).filter(mark)
      if (!fresh.includes(passed)) continue
      const message = `${passed} % of a budget is used, ${budgetInWords(budget)}: ${usedInWords(budget)}`
      raise(call, { kind: 'budget_threshold', message })
    }
  }

  return {
    /** To be called in the transaction that stores a real call, after it is counted. */
    placed: (call: Call) => {
      const now = clock.now()
      noticeCountry(call, now)
      noticeNewNumbers(call, now)
      noticeBudgets(call, now)
    },

    /** To be called in the transaction in which a real call has used more. */
    spent: (call: Subject) => noticeBudgets(call, clock.now()),

    /** Resolves once a call that the policy rejected has been noticed. A disk that fails changes no rejection. */
    rejected: async (call: Pick<Call, 'agencyId' | 'environmentId' | 'phoneNumber'>) => {
      const { shut } = numberFacts(call.phoneNumber)
      // A number of an unassigned range is a typing error more often than fraud.
      if (shut === null || shut === 'unknown') return
      if (policy.policyFor(call).rules.numberKinds?.includes(shut)) return
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
  const audited = (alert: Alert, action: 'alert.raised' | 'access.disabled', target: string) => {
    const environment = environments.nameOf(alert.environmentId)
    const entry = { at: alert.at, actor: 'policy', address: null, action, agency: alert.agencyId, target }
    audit.record({ ...entry, ...(environment && { environment }) })
  }

  return ({ agencyId, environmentId }: Subject, { kind, message, more }: Noticed) => {
    const now = clock.now()
    const disables = policy.policyFor({ agencyId, environmentId }).rules.disableOn?.includes(kind) ?? false
    const accessDisabled = disables && environments.disableAccess(environmentId, 'policy')
    const last = kind === 'budget_threshold' ? undefined : alerts.latest(environmentId, kind)
    // That access was disabled is told however soon: somebody has to enable it before it can happen again.
    if (last && now - last.at < quietMs && !accessDisabled)
      return alerts.repeat(last.id, more === undefined ? last.message : withMore(last.message, more), now)
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
    alerts.insert(alert)
    audited(alert, 'alert.raised', message)
    if (accessDisabled) audited(alert, 'access.disabled', `because of the alert ${kind}`)
    enqueue(alert)
    clock.after(0, () => {
      if (alerts.find(alert.id)) raised(kind)
    })
  }
}
