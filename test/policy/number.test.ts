import { describe, expect, test } from 'bun:test'
import { PhoneNumberFormat, PhoneNumberType, PhoneNumberUtil } from 'google-libphonenumber'
import { country, numberKind } from '../../src/policy/destination.ts'
import type { Asked } from '../../src/policy/fence.ts'
import { numberFacts, type ShutKind, shutKinds } from '../../src/policy/number.ts'
import { policyOf } from '../../src/policy/policy.ts'
import { noRules, type Rules } from '../../src/policy/rules.ts'
import { atOnce } from '../../src/work.ts'

const plans = PhoneNumberUtil.getInstance()

/** The kind of each type of Google's library; null: it follows the list of countries alone. */
const kinds: Record<string, ShutKind | null> = {
  FIXED_LINE: null,
  MOBILE: null,
  FIXED_LINE_OR_MOBILE: null,
  TOLL_FREE: null,
  VOIP: null,
  PREMIUM_RATE: 'premium_rate',
  SHARED_COST: 'shared_cost',
  PERSONAL_NUMBER: 'personal',
  PAGER: 'pager',
  UAN: 'uan',
  VOICEMAIL: 'voicemail',
}

/** Google's own example of every country and type. */
const examples = plans.getSupportedRegions().flatMap((region) =>
  Object.entries(PhoneNumberType).flatMap(([type, value]) => {
    const kind = kinds[type]
    const number = kind === undefined ? undefined : plans.getExampleNumberForType(region, Number(value))
    if (kind === undefined || !number) return []
    // Several countries of one code share examples, and an example may belong to two types.
    if (plans.getNumberType(number) !== Number(value) || plans.getRegionCodeForNumber(number) !== region)
      return []
    return [{ region, kind, e164: plans.format(number, PhoneNumberFormat.E164) }]
  }),
)

const refuses = (e164: string, rules: Partial<Rules>) => {
  const policy = policyOf([{ level: 'gate', author: 'operator', rules: { ...noRules, ...rules } }])
  const asked = { number: numberFacts(e164), policy } as Asked
  return (atOnce(country(asked)) ?? atOnce(numberKind(asked))) !== undefined
}

test(`each of ${examples.length} examples of all countries and types is allowed exactly where both are listed`, () => {
  // The libraries are of different months, and numbering plans change. A number that ours does not know is shut.
  const known = examples.filter(({ e164 }) => numberFacts(e164).shut !== 'unknown')
  const wrong = known.filter(({ region, kind, e164 }) => {
    const others = plans.getSupportedRegions().filter((each) => each !== region)
    const kindsOpen = kind === null ? [] : [kind]
    const kindsShut = shutKinds.filter((each) => each !== kind)
    return (
      refuses(e164, { countries: [region], numberKinds: kindsOpen }) ||
      !refuses(e164, { countries: others, numberKinds: [...shutKinds] }) ||
      refuses(e164, { countries: [region], numberKinds: kindsShut }) !== (kind !== null)
    )
  })
  expect(wrong).toEqual([])
  expect(examples.length - known.length).toBeLessThan(10)
  expect(examples.length).toBeGreaterThan(900)
})

describe('a number of no country', () => {
  test.each([
    ['+80012345678', 'international_network'],
    ['+80812345678', 'shared_cost'],
    ['+870773111632', 'satellite'],
    ['+878101234567890', 'personal'],
    ['+881612345678', 'satellite'],
    ['+882341234567', 'international_network'],
    ['+883510012345', 'international_network'],
    ['+88812345678901', 'international_network'],
    ['+979123456789', 'premium_rate'],
  ] as const)('%s is shut as %s, whichever countries are listed', (e164, kind) => {
    expect(numberFacts(e164)).toMatchObject({ country: null, shut: kind })
    const others = shutKinds.filter((each) => each !== kind)
    expect(refuses(e164, { countries: ['*'], numberKinds: others })).toBe(true)
    expect(refuses(e164, { countries: ['US'], numberKinds: [kind] })).toBe(false)
  })
})

test.each(['+15551234567', '+10001234567', '+999123456789', '+2101234567'])(
  '%s belongs to nobody, and is shut as unknown',
  (e164) => {
    expect(numberFacts(e164)).toMatchObject({ country: null, shut: 'unknown' })
    expect(refuses(e164, { countries: ['*'] })).toBe(true)
  },
)

test.each(['+1911911', '+441234', '+3311200'])(
  '%s is too short for its country, and nothing opens it',
  (e164) => {
    expect(refuses(e164, { countries: ['*'], numberKinds: [...shutKinds] })).toBe(true)
  },
)
