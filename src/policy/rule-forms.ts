import { getCountries } from 'libphonenumber-js/max'
import { type AlertKind, alertKinds } from './alert-kinds.ts'
import { kindInWords } from './destination.ts'
import { hoursForm, readHours } from './hours.ts'
import { type ShutKind, shutKinds } from './number.ts'
import { anyCountry, type Money, type Rules } from './rules.ts'
import { isZone } from './zones.ts'

/** A rule as people write it. */
export interface RuleForm<Value> {
  label: string
  description: string
  /** The placeholder of the value in the help. */
  hint: string
  /** A value, where the description has none. */
  example?: string
  /** Undefined for a text that is none. */
  read(text: string): Value | undefined
  write(value: Value): string
  /** What a text must be, as the end of a sentence. */
  must: string
}

const most = 1_000_000
const listed = (text: string) => [
  ...new Set(
    text
      .split(/[\s,]+/)
      .map((each) => each.trim())
      .filter((each) => each !== ''),
  ),
]

/** A list of known words; `none` stands for an empty one. */
const words = <Word extends string>(
  known: (word: string) => Word | undefined,
  form: Pick<RuleForm<Word[]>, 'label' | 'description' | 'hint' | 'example' | 'must'>,
): RuleForm<Word[]> => ({
  ...form,
  read: (text) => {
    if (text.trim() === 'none') return []
    const found = listed(text).map(known)
    return found.length > 0 && found.every((word) => word !== undefined) ? found : undefined
  },
  write: (list) => (list.length === 0 ? 'none' : list.join(', ')),
})

const count = (label: string, description: string): RuleForm<number> => ({
  label,
  description,
  hint: 'n',
  read: (text) => {
    const number = /^\d{1,7}$/.test(text.trim()) ? Number(text) : Number.NaN
    return number >= 1 && number <= most ? number : undefined
  },
  write: String,
  must: 'a whole number from 1 to 1,000,000',
})

const flag = (label: string, description: string): RuleForm<boolean> => ({
  label,
  description,
  hint: 'true|false',
  read: (text) => ({ true: true, false: false })[text.trim()],
  write: String,
  must: 'true or false',
})

const currencies = new Set(Intl.supportedValuesOf('currency'))

const money = (label: string, description: string): RuleForm<Money> => ({
  label,
  description,
  hint: '500 USD',
  example: '500 USD',
  read: (text) => {
    const [, whole, cents = '', currency = ''] =
      /^(\d{1,9})(?:\.(\d{2}))? ?([A-Z]{3})$/.exec(text.trim()) ?? []
    const amount = Number(whole) * 100 + Number(cents)
    return whole !== undefined && amount > 0 && currencies.has(currency)
      ? { cents: amount, currency }
      : undefined
  },
  write: ({ cents, currency }) => `${(cents / 100).toFixed(2)} ${currency}`,
  must: 'an amount and a currency, such as 500 USD',
})

const countryCodes = new Set<string>(getCountries())
const country = (word: string) => {
  const code = word.toUpperCase()
  return code === anyCountry || countryCodes.has(code) ? code : undefined
}

/** Every rule, in the order in which people read them. */
export const ruleForms: { [Name in keyof Rules]: RuleForm<NonNullable<Rules[Name]>> } = {
  countries: words(country, {
    label: 'Countries',
    description: 'The countries that may be called; * for all',
    hint: 'US,CA',
    example: 'US, CA',
    must: 'a list of ISO 3166-1 country codes, such as US, CA',
  }),
  numberKinds: words<ShutKind>((word) => shutKinds.find((kind) => kind === word), {
    label: 'Open kinds of numbers',
    description: `The kinds of numbers that may be called besides usual ones: ${shutKinds.map((kind) => `${kind} (${kindInWords(kind)})`).join(', ')}`,
    hint: 'kind,…',
    example: 'shared_cost',
    must: `a list of ${shutKinds.join(', ')}`,
  }),
  stagingNumbers: words((word) => (/^\+[1-9]\d{6,14}$/.test(word) ? word : undefined), {
    label: 'Staging numbers',
    description: 'The only numbers that staging may call for real',
    hint: '+1…,+1…',
    example: '+14155550123',
    must: 'a list of phone numbers in E.164 format, such as +14155550123',
  }),
  consentRequired: flag('Consent required', 'Rejects calls without the field consent'),
  hours: {
    label: 'Calling hours',
    description: `The local hours of the called person, such as ${hoursForm}`,
    hint: 'days from-to',
    example: hoursForm,
    read: (text) => (readHours(text) ? [text.trim()] : undefined),
    write: (hours) => hours.join(' and '),
    must: `days and times, such as ${hoursForm}`,
  },
  timeZone: {
    label: 'Time zone',
    description: 'The IANA time zone by which days and months begin; without one, UTC',
    hint: 'zone',
    example: 'Europe/Berlin',
    read: (text) => (isZone(text.trim()) ? text.trim() : undefined),
    write: (zone) => zone,
    must: 'an IANA time zone, such as Europe/Berlin',
  },
  callsToNumberPerMinute: count(
    'Calls to one number per minute',
    'The most calls to one number in any minute',
  ),
  callsToNumberPerHour: count('Calls to one number per hour', 'The most calls to one number in any hour'),
  callsToNumberPerDay: count('Calls to one number per day', 'The most calls to one number in any 24 hours'),
  callsPerDay: count('Calls per day', 'The most calls per day'),
  callsPerMonth: count('Calls per month', 'The most calls per month'),
  minutesPerDay: count('Minutes per day', 'The most minutes of calls per day'),
  minutesPerMonth: count('Minutes per month', 'The most minutes of calls per month'),
  costPerDay: money('Cost per day', 'The highest cost per day, as far as providers report it'),
  costPerMonth: money('Cost per month', 'The highest cost per month, as far as providers report it'),
  hardBudget: flag(
    'Hard budget',
    'Each call reserves its longest length at its start, so that minutes are never exceeded',
  ),
  newNumbersPerTenMinutes: count(
    'New numbers in 10 minutes',
    'From so many calls within 10 minutes to numbers that were not called in the last day, an alert; without it, 30',
  ),
  disableOn: words<AlertKind>(
    (word) => (Object.keys(alertKinds) as AlertKind[]).find((kind) => kind === word),
    {
      label: 'Disable access on',
      description: `The alerts that disable API access: ${Object.keys(alertKinds).join(', ')}`,
      hint: 'alert,…',
      example: 'shut_number',
      must: `a list of ${Object.keys(alertKinds).join(', ')}`,
    },
  ),
}

export type RuleName = keyof Rules

export type SnakeCase<Name extends string> = Name extends `${infer Head}${infer Tail}`
  ? `${Head extends Lowercase<Head> ? Head : `_${Lowercase<Head>}`}${SnakeCase<Tail>}`
  : Name

/** The name of a rule in inputs and outputs. */
export const snakeCase = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
