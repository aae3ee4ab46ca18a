import { ageDays } from '../keys/age.ts'
import { type BudgetState, budgetInWords } from '../policy/budget.ts'
import { findKind } from '../providers/kinds.ts'
import { type Alarm, type AlarmKind, alarmKinds, type Place } from './alarm.ts'

/** What was found in places: the first few, and how many there are. */
export interface Found<Fact = object> {
  total: number
  first: (Place & Fact)[]
}

/** What is known of the places that somebody may see. */
export interface PlaceFacts {
  leaked_key: Found<{ last4: string }>
  exposed_key: Found<{ last4: string }>
  provider_refusing: Found<{ provider: string; refused: number; ended: number }>
  webhook_disabled: Found<{ reason: string }>
  webhook_failing: Found<{ waiting: number }>
  budget_near: Found<{ budget: Pick<BudgetState, 'of' | 'name' | 'limit' | 'used'> }>
  access_disabled: Found<{ by: string }>
  old_key_in_use: Found<{ last4: string; requests: number }>
  events_undelivered: Found<{ events: number }>
  no_default_agent: Found
  key_over_age: Found<{ createdAt: number }>
}

export type PlaceKind = keyof PlaceFacts

/** What can be wrong in environments, each in words that stand for many. */
export const placeKinds: Record<PlaceKind, string> = {
  leaked_key: 'keys that were reported as leaked',
  exposed_key: 'keys that were sent in a URL',
  provider_refusing: 'environments whose provider refuses calls',
  webhook_disabled: 'webhooks that were disabled',
  webhook_failing: 'webhooks that are failing',
  budget_near: 'budgets that are nearly used',
  access_disabled: 'environments without API access',
  old_key_in_use: 'old keys that are still used',
  events_undelivered: 'environments with undelivered events',
  no_default_agent: 'environments with a key and no default agent',
  key_over_age: 'keys that are due for rotation',
}

const disablers: Record<string, string> = {
  admin: 'an admin',
  policy: 'an alert',
  leak: 'a leak report',
  operator: 'an operator',
}

const says: { [Kind in PlaceKind]: (fact: PlaceFacts[Kind]['first'][number], now: number) => string } = {
  leaked_key: ({ last4 }) => `The key …${last4} was reported as leaked. Rotate it.`,
  exposed_key: ({ last4 }) => `The key …${last4} was sent in a URL, so others may know it. Rotate it.`,
  provider_refusing: ({ provider, refused, ended }) =>
    `${findKind(provider)?.title ?? provider} refused or failed ${refused.toLocaleString('en')} of ${ended.toLocaleString('en')} calls in the last two hours.`,
  webhook_disabled: ({ reason }) => `The webhook was disabled: ${reason}`,
  webhook_failing: ({ waiting }) =>
    `The webhook is failing: ${waiting.toLocaleString('en')} ${waiting === 1 ? 'event is' : 'events are'} being retried.`,
  budget_near: ({ budget }) =>
    `${percentOf(budget)} % of ${budgetInWords(budget)} is used${budget.used >= budget.limit ? '. Calls are rejected.' : '.'}`,
  access_disabled: ({ by }) => `API access is disabled by ${disablers[by] ?? by}. Every request gets 403.`,
  old_key_in_use: ({ last4, requests }) =>
    `A client still uses the old key …${last4}: ${requests.toLocaleString('en')} requests got 401.`,
  events_undelivered: ({ events }) =>
    `${events.toLocaleString('en')} ${events === 1 ? 'event was' : 'events were'} not delivered. You can replay them.`,
  no_default_agent: () => 'There is a key but no default agent: a call that doesn’t name an agent gets 400.',
  key_over_age: ({ createdAt }, now) => `The key is ${ageDays(createdAt, now)} days old. Rotate it.`,
}

export const isInPlaces = (kind: AlarmKind): kind is PlaceKind => kind in placeKinds

/** The alarms of one kind: of each place that is listed, and one that stands for the others. */
export const alarmsIn = <Kind extends PlaceKind>(
  kind: Kind,
  { total, first }: PlaceFacts[Kind],
  now: number,
): Alarm[] => {
  const level = alarmKinds[kind]
  const listed = first.map((fact) => ({ kind, level, says: says[kind](fact, now), place: fact, count: 1 }))
  const rest = total - first.length
  const more = `${rest.toLocaleString('en')} more: ${placeKinds[kind]}.`
  return rest > 0 ? [...listed, { kind, level, says: more, place: null, count: rest }] : listed
}

const percentOf = ({ used, limit }: { used: number; limit: number }) =>
  limit === 0 ? 100 : Math.floor((used * 100) / limit)
