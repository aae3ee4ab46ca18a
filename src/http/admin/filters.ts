import { z } from 'zod'
import { isZone } from '../../policy/zones.ts'
import type { LocalSpan } from './local-span.ts'

/** An optional filter: a form sends unselected fields as empty texts. */
export const filled = <T extends z.ZodType>(schema: T) =>
  z.preprocess((text) => text || undefined, schema.optional())

/** The filters of a span of time. */
export const spanFilters = {
  from: filled(z.string().regex(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?$/)),
  to: filled(z.string().regex(/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?)?$/)),
  zone: filled(z.string().max(60).refine(isZone)),
}

/** The address of a list with these filters, from a cursor on. A zone is of no use without a date. */
export const filterUrl = <Filter extends LocalSpan>(
  path: string,
  { zone, ...filter }: Filter,
  before?: string,
) => {
  const hasDate = filter.from !== undefined || filter.to !== undefined
  const set = Object.entries({ ...filter, zone: hasDate ? zone : undefined, before })
  const query = new URLSearchParams(set.filter((entry): entry is [string, string] => entry[1] !== undefined))
  return query.size === 0 ? path : `${path}?${query}`
}
