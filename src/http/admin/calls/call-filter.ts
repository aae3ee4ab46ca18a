import { z } from 'zod'
import type { EnvironmentName } from '../../../agencies/environment.ts'
import { type Call, callStatuses, reasonCodes } from '../../../calls/call.ts'
import type { CallQuery } from '../../../calls/operations/list.ts'
import { numbersTyped } from '../../../calls/typed-number.ts'
import { ApiError } from '../../../failures.ts'
import { environmentNameSchema } from '../../../names.ts'
import { isZone } from '../../../policy/zones.ts'
import { cursorSchema } from '../../cursor.ts'

/** The filters of the list as its address has them, so that the link to a list is its filters. */
export interface CallFilter {
  /** As it was typed. */
  number?: string | undefined
  environment?: EnvironmentName | undefined
  status?: Call['status'] | undefined
  outcome?: Call['reasonCode'] | undefined
  agent?: string | undefined
  /** A local date, or a local time: `2026-11-30` or `2026-11-30T12:00`. A last date is included, a last time is not. */
  from?: string | undefined
  to?: string | undefined
  /** The IANA time zone of the dates. */
  zone?: string | undefined
}

/** A form sends unselected fields as empty texts. */
const chosen = <T extends z.ZodType>(schema: T) =>
  z.preprocess((given) => given || undefined, schema.optional())

const when = z.string().regex(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?$/)
const filterQuery = z.object({
  number: chosen(z.string().trim().max(40)),
  environment: chosen(environmentNameSchema),
  status: chosen(z.enum(callStatuses)),
  outcome: chosen(z.enum(reasonCodes)),
  agent: chosen(z.guid()),
  from: chosen(when),
  to: chosen(when),
  zone: chosen(z.string().max(60).refine(isZone)),
  before: chosen(cursorSchema('the address of this page is not one of ours')),
})

/** Reads the filters of an address; its dates are of the reader's zone, unless it names one. Fails with `invalid_query`. */
export const readFilter = (
  { url }: Request,
  timeZone: string,
): { filter: CallFilter; before: string | undefined } => {
  const parsed = filterQuery.safeParse(Object.fromEntries(new URL(url).searchParams))
  if (!parsed.success) throw new ApiError('invalid_query', { detail: 'there is no such filter' })
  const { before, ...filter } = parsed.data
  // A plus that is not percent-encoded arrives as a space, which was trimmed.
  return { filter: { ...filter, zone: filter.zone ?? timeZone }, before }
}

/** True with a filter that leaves calls out; a zone alone does not. */
export const isFiltered = (filter: CallFilter) =>
  Object.entries(filter).some(([name, value]) => name !== 'zone' && value !== undefined)

/** The address of the list with these filters. A zone is of no use without a date. */
export const listUrl = (path: string, { zone, ...filter }: CallFilter, before?: string) => {
  const hasDate = filter.from !== undefined || filter.to !== undefined
  const given = Object.entries({ ...filter, zone: hasDate ? zone : undefined, before }).filter(
    ([, value]) => value !== undefined,
  )
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given as [string, string][])}`
}

interface Numbers {
  /** ISO 3166-1 alpha-2: where a number that is typed without its country may be. */
  countries: readonly string[] | null
  /** True for a number that was called. */
  wasCalled(phoneNumber: string): boolean
}

/** The query for these filters; undefined where no call can match. */
export const queryOf = (
  { number, outcome, agent, from, to, zone = 'UTC', ...rest }: CallFilter,
  { countries, wasCalled }: Numbers,
): CallQuery | undefined => {
  const typed = number === undefined ? [] : numbersTyped(number, countries)
  const phoneNumber = typed.length > 1 ? (typed.find(wasCalled) ?? typed[0]) : typed[0]
  if (number !== undefined && phoneNumber === undefined) return undefined
  return {
    ...rest,
    phoneNumber,
    agent,
    reasonCode: outcome ?? undefined,
    from: from === undefined ? undefined : startOf(from, zone),
    to: to === undefined ? undefined : endOf(to, zone),
  }
}

const startOf = (text: string, zone: string) => {
  try {
    return Temporal.PlainDateTime.from(text).toZonedDateTime(zone).epochMilliseconds
  } catch {
    throw new ApiError('invalid_query', { detail: 'there is no such date' })
  }
}

const endOf = (text: string, zone: string) =>
  text.includes('T') ? startOf(text, zone) : startOf(dayAfter(text), zone)

const dayAfter = (date: string) => {
  try {
    return Temporal.PlainDate.from(date).add({ days: 1 }).toString()
  } catch {
    throw new ApiError('invalid_query', { detail: 'there is no such date' })
  }
}
