import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { budgetsOf } from '../../src/policy/budget.ts'
import { dayIn, endOf } from '../../src/policy/calendar.ts'
import { destinationCap } from '../../src/policy/destination-cap.ts'
import type { Asked, Spent } from '../../src/policy/fence.ts'
import { refusalOf } from '../../src/policy/fences.ts'
import { numberFacts, shutKinds } from '../../src/policy/number.ts'
import { policyOf } from '../../src/policy/policy.ts'
import { ruleForms, type RuleName } from '../../src/policy/rule-forms.ts'
import { noRules, ruleNames, type Rules, type RuleSet } from '../../src/policy/rules.ts'
import { atOnce } from '../../src/work.ts'

const nothing: Spent = { calls: 0, seconds: 0, underWaySeconds: 0, reservedSeconds: 0, cents: {} }
const maybe = <T>(some: fc.Arbitrary<T>) => fc.option(some, { nil: null })
const count = maybe(fc.integer({ min: 1, max: 5 }))

const someRules: fc.Arbitrary<Rules> = fc.record({
  countries: maybe(fc.subarray(['*', 'US', 'GB', 'DE'])),
  numberKinds: maybe(fc.subarray([...shutKinds])),
  stagingNumbers: maybe(fc.subarray(['+14155550123', '+442079460000'])),
  consentRequired: maybe(fc.boolean()),
  hours: maybe(fc.constantFrom(['mon-fri 09:00-17:00'], ['sat-sun 00:00-24:00'])),
  timeZone: fc.constant(null),
  callsToNumberPerMinute: count,
  callsToNumberPerHour: count,
  callsToNumberPerDay: count,
  callsPerDay: count,
  callsPerMonth: count,
  minutesPerDay: count,
  minutesPerMonth: count,
  costPerDay: maybe(fc.record({ cents: fc.integer({ min: 1, max: 500 }), currency: fc.constant('USD') })),
  costPerMonth: fc.constant(null),
  hardBudget: maybe(fc.boolean()),
  newNumbersPerTenMinutes: count,
  disableOn: fc.constant(null),
})

const level = fc.constantFrom('gate' as const, 'agency' as const, 'environment' as const)
/** At most one set for each author and level, as the table holds them. */
const someSets = (author: RuleSet['author']) =>
  fc.uniqueArray(fc.record({ level, author: fc.constant(author), rules: someRules }), {
    selector: (set) => set.level,
  })

const someOrder = fc.record({
  phoneNumber: fc.constantFrom('+14155550123', '+442079460000', '+19005551234', '+881612345678'),
  isStaging: fc.boolean(),
  hasConsent: fc.boolean(),
  timeZone: fc.constant(null),
  longestSeconds: fc.constant(60),
})

const askedOf = (
  sets: RuleSet[],
  order: Asked['order'],
  { earlier, spent, now }: { earlier: number[]; spent: Spent; now: number },
): Asked => ({
  order,
  number: numberFacts(order.phoneNumber),
  policy: policyOf(sets),
  counters: {
    *isListed() {
      return false
    },
    *callsToNumberSince(since) {
      return earlier.filter((at) => at > since)
    },
    *spent() {
      return spent
    },
  },
  now,
})

const someState = fc.record({
  now: fc.integer({ min: Date.UTC(2026, 0), max: Date.UTC(2027, 0) }),
  ages: fc.array(fc.integer({ min: 1, max: 90_000_000 }), { maxLength: 6 }),
  spent: fc.record({
    calls: fc.nat(6),
    seconds: fc.nat(400),
    underWaySeconds: fc.nat(100),
    reservedSeconds: fc.nat(400),
    cents: fc.record({ USD: fc.nat(600) }),
  }),
})

const stateOf = ({ now, ages, spent }: { now: number; ages: number[]; spent: Spent }) => ({
  now,
  spent,
  earlier: ages.map((age) => now - age).toSorted((one, other) => one - other),
})

test('whatever an agency’s admins set, nothing passes that the operators’ rules refuse', () => {
  fc.assert(
    fc.property(
      someSets('operator'),
      someSets('admin'),
      someOrder,
      someState,
      (operators, admins, order, state) => {
        const refused = atOnce(refusalOf(askedOf(operators, order, stateOf(state))))
        const narrowed = atOnce(refusalOf(askedOf([...operators, ...admins], order, stateOf(state))))
        if (refused) expect(narrowed).toBeDefined()
      },
    ),
    { numRuns: 2000 },
  )
})

test('an operator’s rule replaces the one above it, and every rule says where it comes from', () => {
  const set = (at: RuleSet['level'], rules: Partial<Rules>, author: RuleSet['author'] = 'operator') => ({
    level: at,
    author,
    rules: { ...noRules, ...rules },
  })
  const { rules, budgets, sources } = policyOf([
    set('gate', { countries: ['US'], callsPerDay: 100, numberKinds: ['uan'] }),
    set('agency', { countries: ['US', 'CA', 'GB'], callsPerDay: 500 }),
    set('agency', { countries: ['CA', 'GB', 'FR'], numberKinds: ['uan', 'premium_rate'] }, 'admin'),
    set('environment', { callsPerDay: 20 }, 'admin'),
  ])
  expect(rules.countries).toEqual(['CA', 'GB'])
  expect(rules.numberKinds).toEqual(['uan'])
  expect(budgets.agency.callsPerDay).toBe(500)
  expect(budgets.environment.callsPerDay).toBe(20)
  expect(sources.countries).toEqual([
    { level: 'agency', author: 'operator' },
    { level: 'agency', author: 'admin' },
  ])
})

test('without an operator’s choice no country is open, whatever admins choose', () => {
  const rules = { ...noRules, countries: ['US'] }
  expect(policyOf([{ level: 'agency', author: 'admin', rules }]).rules.countries).toBeNull()
})

test('never more calls reach a number in any span than the cap, and Retry-After is when one more fits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 40 }),
      (most, pauses) => {
        const rules = { ...noRules, callsToNumberPerMinute: most }
        const policy = policyOf([{ level: 'gate', author: 'operator', rules }])
        const placed: number[] = []
        const ask = (now: number) =>
          atOnce(
            destinationCap({
              policy,
              now,
              counters: {
                *callsToNumberSince(since: number) {
                  return placed.filter((at) => at > since)
                },
              },
            } as unknown as Asked),
          )
        let now = 0
        for (const pause of pauses) {
          now += pause
          const refusal = ask(now)
          const recent = placed.filter((at) => at > now - 60_000).length
          expect(refusal === undefined).toBe(recent < most)
          if (refusal) expect(ask(now + (refusal.retryAfterSeconds ?? 0) * 1000)).toBeUndefined()
          else placed.push(now)
        }
      },
    ),
    { numRuns: 300 },
  )
})

describe('a budget', () => {
  test('resets at the agency’s own midnight and month, in every zone', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Intl.supportedValuesOf('timeZone')),
        fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) }),
        fc.constantFrom('day' as const, 'month' as const),
        (zone, now, period) => {
          const day = dayIn(zone, now)
          const end = endOf(period, day, zone)
          const key = (at: number) => dayIn(zone, at).slice(0, period === 'day' ? 10 : 7)
          expect(end).toBeGreaterThan(now)
          expect(key(end - 1)).toBe(key(now))
          expect(key(end) > key(now)).toBe(true)
        },
      ),
      { numRuns: 1000 },
    )
  })

  test('counts minutes by the second, and a hard one the longest length of calls under way', () => {
    const spent = { ...nothing, seconds: 61, underWaySeconds: 5, reservedSeconds: 600 }
    const used = (hardBudget: boolean) => {
      const rules = { ...noRules, minutesPerDay: 10, hardBudget }
      const policy = policyOf([{ level: 'agency', author: 'operator', rules }])
      return atOnce(
        budgetsOf(
          policy,
          function* () {
            return spent
          },
          0,
        ),
      ).map((state) => state.used)
    }
    expect([used(false), used(true)]).toEqual([[66], [661]])
  })

  test('of money counts its own currency', () => {
    const rules = { ...noRules, costPerMonth: { cents: 500, currency: 'EUR' } }
    const policy = policyOf([{ level: 'agency', author: 'operator', rules }])
    const spent = { ...nothing, cents: { USD: 900, EUR: 42 } }
    expect(
      atOnce(
        budgetsOf(
          policy,
          function* () {
            return spent
          },
          0,
        ),
      ),
    ).toMatchObject([{ limit: 500, used: 42, currency: 'EUR' }])
  })
})

test('every rule that is written can be read again', () => {
  fc.assert(
    fc.property(someRules, (rules) => {
      for (const name of ruleNames) {
        const value = rules[name]
        if (value === null) continue
        const { read, write } = ruleForms[name] as (typeof ruleForms)[RuleName] & {
          write(value: unknown): string
        }
        expect(read(write(value)) as unknown).toEqual(value)
      }
    }),
  )
})
