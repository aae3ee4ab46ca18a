import type { EnvironmentName } from '../agencies/environment.ts'
import { gateOwner } from '../alerts/webhook.ts'
import type { Clock } from '../clock.ts'
import type { ConfigWarning } from '../config/warnings.ts'
import { dueIfMadeBefore } from '../keys/age.ts'
import type { FactorAudience } from '../people/factor.ts'
import type { Person } from '../people/person.ts'
import type { BudgetState } from '../policy/budget.ts'
import type { Alarm, Place } from './alarm.ts'
import { alarms, countOf } from './alarms.ts'
import { alarmsIn, type PlaceFacts, type PlaceKind } from './place-alarms.ts'
import { inTurn, type Work } from '../work.ts'

interface Query {
  agencyId?: string | undefined
  now: number
  /** The places that are listed; the others are only counted. */
  most: number
}

type Find<Kind extends keyof PlaceFacts> = (query: Query) => Work<PlaceFacts[Kind]>
type OwnerOfBudget = Place & { environmentId: string }

export interface AlarmDeps {
  alarming: {
    leakedKeys: Find<'leaked_key'>
    exposedKeys: Find<'exposed_key'>
    webhooksDisabled: Find<'webhook_disabled'>
    webhooksFailing: Find<'webhook_failing'>
    eventsUndelivered: Find<'events_undelivered'>
    accessDisabled: Find<'access_disabled'>
    oldKeysInUse: Find<'old_key_in_use'>
    withoutDefaultAgent: Find<'no_default_agent'>
    providersRefusing: Find<'provider_refusing'>
    keysOverAge(query: Query, before: number): Work<PlaceFacts['key_over_age']>
    /** Environments of which a budget has lately reached a threshold. */
    nearBudgets(query: Query): Work<OwnerOfBudget[]>
  }
  agencies: { find(id: string): Work<{ name: string } | undefined> }
  environments: { list(agencyId: string): Work<{ id: string; name: EnvironmentName }[]> }
  policy: {
    policyFor(of: { agencyId: null; environmentId: null }): Work<{ rules: { countries: string[] | null } }>
    budgets(of: { agencyId: string; environmentId: string }, now: number): Work<BudgetState[]>
  }
  alerts: { openCount(agencyId?: string): Work<number> }
  alertWebhook: { find(ownerId: string): Work<{ offReason: string | null } | undefined> }
  people: { factorAudience(): Work<FactorAudience> }
  factors: { list(personId: string): Work<unknown[]> }
  warnings(): ConfigWarning[]
  /** On the disk of the data directory; null where it cannot be known. */
  freeBytes(): number | null
  clock: Pick<Clock, 'now'>
}

export type Viewer = Pick<Person, 'id' | 'role' | 'agencyId'>

export interface ReadAlarms {
  /** What is wrong in an agency; without one, in the whole gate. */
  of(person: Viewer, agencyId?: string): Work<Alarm[]>
  /** Everything of one kind that is wrong in any place. */
  ofKind(kind: PlaceKind): Work<Alarm[]>
  /** How much is wrong in what a person may see, as of the last half minute. */
  count(person: Viewer): Work<number>
}

/** The share of a budget from which it is told, in percent. */
const nearPercent = 80
/** The places listed of each kind, among all agencies. Of one agency, which has few, all are. */
const listedMost = 3
const everyPlace = 1_000_000
/** Every page shows the count, which is to cost it nothing. */
const countedForMs = 30_000
const countsMost = 1000

/** Reads what is wrong, for the first page and the number in the bar. */
export const createReadAlarms = (deps: AlarmDeps): ReadAlarms => {
  const { alarming, alerts, alertWebhook, clock, factors, people, policy, warnings } = deps
  const counts = new Map<string, { count: number; at: number }>()

  const budgets = function* (query: Query): Work<PlaceFacts['budget_near']> {
    const owners =
      query.agencyId === undefined
        ? yield* alarming.nearBudgets(query)
        : yield* environmentsOf(query.agencyId)
    const near = (yield* inTurn(owners, function* ({ environmentId, ...place }) {
      return (yield* policy.budgets({ agencyId: place.agencyId, environmentId }, query.now))
        .filter(({ used, limit }) => used * 100 >= limit * nearPercent)
        .map((budget) => ({ ...place, budget }))
    })).flat()
    const each = near.filter((one, at) => near.findIndex((other) => isSame(one, other)) === at)
    return { total: each.length, first: each.slice(0, query.most) }
  }

  const find: { [Kind in PlaceKind]: Find<Kind> } = {
    leaked_key: alarming.leakedKeys,
    exposed_key: alarming.exposedKeys,
    provider_refusing: alarming.providersRefusing,
    webhook_disabled: alarming.webhooksDisabled,
    webhook_failing: alarming.webhooksFailing,
    budget_near: budgets,
    access_disabled: alarming.accessDisabled,
    old_key_in_use: alarming.oldKeysInUse,
    events_undelivered: alarming.eventsUndelivered,
    no_default_agent: alarming.withoutDefaultAgent,
    key_over_age: (query) => alarming.keysOverAge(query, dueIfMadeBefore(query.now)),
  }

  const readKind = function* <Kind extends PlaceKind>(kind: Kind, query: Query) {
    return alarmsIn(kind, yield* find[kind](query), query.now)
  }

  const environmentsOf = function* (agencyId: string): Work<OwnerOfBudget[]> {
    const agencyName = (yield* deps.agencies.find(agencyId))?.name ?? ''
    return (yield* deps.environments.list(agencyId)).map(({ id, name }) => ({
      agencyId,
      agencyName,
      environment: name,
      environmentId: id,
    }))
  }

  const gate = function* () {
    return {
      hasCountries:
        (yield* policy.policyFor({ agencyId: null, environmentId: null })).rules.countries !== null,
      settings: warnings(),
      isSecondFactorRequired: (yield* people.factorAudience()) !== 'nobody',
      alertWebhookOffReason: (yield* alertWebhook.find(gateOwner))?.offReason ?? null,
      freeBytes: deps.freeBytes(),
    }
  }

  const of = function* (person: Viewer, agencyId?: string): Work<Alarm[]> {
    const now = clock.now()
    const query = { agencyId, now, most: agencyId === undefined ? listedMost : everyPlace }
    const found = alarms({
      now,
      places: {
        leaked_key: yield* find.leaked_key(query),
        exposed_key: yield* find.exposed_key(query),
        provider_refusing: yield* find.provider_refusing(query),
        webhook_disabled: yield* find.webhook_disabled(query),
        webhook_failing: yield* find.webhook_failing(query),
        budget_near: yield* find.budget_near(query),
        access_disabled: yield* find.access_disabled(query),
        old_key_in_use: yield* find.old_key_in_use(query),
        events_undelivered: yield* find.events_undelivered(query),
        no_default_agent: yield* find.no_default_agent(query),
        key_over_age: yield* find.key_over_age(query),
      },
      openAlerts: yield* alerts.openCount(agencyId),
      gate: agencyId === undefined ? yield* gate() : null,
      hasOwnSecondFactor: (yield* factors.list(person.id)).length > 0,
    })
    if (agencyId === (person.agencyId ?? undefined)) keep(person.id, countOf(found), now)
    return found
  }

  const keep = (personId: string, count: number, now: number) => {
    if (counts.size >= countsMost) counts.clear()
    counts.set(personId, { count, at: now })
  }

  return {
    of,
    ofKind: (kind) => readKind(kind, { now: clock.now(), most: everyPlace }),
    *count(person) {
      const kept = counts.get(person.id)
      const age = clock.now() - (kept?.at ?? 0)
      return kept && age >= 0 && age < countedForMs
        ? kept.count
        : countOf(yield* of(person, person.agencyId ?? undefined))
    },
  }
}

type NearBudget = PlaceFacts['budget_near']['first'][number]

/** A budget of an agency is that of both its environments. */
const isSame = (one: NearBudget, other: NearBudget) =>
  one.agencyId === other.agencyId &&
  one.budget.name === other.budget.name &&
  one.budget.of === other.budget.of &&
  (one.budget.of === 'agency' || one.environment === other.environment)
