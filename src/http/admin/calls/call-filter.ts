import { z } from 'zod'
import type { EnvironmentName } from '../../../agencies/environment.ts'
import { type Call, callStatuses, reasonCodes } from '../../../calls/call.ts'
import type { CallQuery } from '../../../calls/operations/list.ts'
import { numbersTyped } from '../../../calls/typed-number.ts'
import { ApiError } from '../../../failures.ts'
import { environmentNameSchema } from '../../../names.ts'
import { cursorSchema } from '../../cursor.ts'
import { filled, spanFilters } from '../filters.ts'
import { type LocalSpan, spanOf } from '../local-span.ts'

/** The filters of the list as its address has them, so that the link to a list is its filters. */
export interface CallFilter extends LocalSpan {
  /** As it was typed. */
  number?: string | undefined
  environment?: EnvironmentName | undefined
  status?: Call['status'] | undefined
  outcome?: Call['reasonCode'] | undefined
  agent?: string | undefined
}

const filterQuery = z.object({
  number: filled(z.string().trim().max(40)),
  environment: filled(environmentNameSchema),
  status: filled(z.enum(callStatuses)),
  outcome: filled(z.enum(reasonCodes)),
  agent: filled(z.guid()),
  ...spanFilters,
  before: filled(cursorSchema('the address of this page is not one of ours')),
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

interface Numbers {
  /** ISO 3166-1 alpha-2: where a number that is typed without its country may be. */
  countries: readonly string[] | null
  /** True for a number that was called. */
  wasCalled(phoneNumber: string): Promise<boolean>
}

/** The first of several that was called, else the first. */
const numberOf = async (typed: readonly string[], wasCalled: Numbers['wasCalled']) => {
  for (const phoneNumber of typed) if (await wasCalled(phoneNumber)) return phoneNumber
  return typed[0]
}

/** The query for these filters; undefined where no call can match. */
export const queryOf = async (
  { number, outcome, agent, from, to, zone, ...rest }: CallFilter,
  { countries, wasCalled }: Numbers,
): Promise<CallQuery | undefined> => {
  const typed = number === undefined ? [] : numbersTyped(number, countries)
  const phoneNumber = typed.length > 1 ? await numberOf(typed, wasCalled) : typed[0]
  if (number !== undefined && phoneNumber === undefined) return undefined
  return {
    ...rest,
    phoneNumber,
    agent,
    reasonCode: outcome ?? undefined,
    ...spanOf({ from, to, zone }),
  }
}
