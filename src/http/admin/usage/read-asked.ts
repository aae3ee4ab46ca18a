import { z } from 'zod'
import { environmentNameSchema } from '../../../names.ts'
import { ranges } from '../../../usage/spans.ts'
import { type Asked, shownFirst, subjects } from './views.ts'

const requestIdMost = 36
/** Whatever is not understood is as if it were not there: links to charts are shared, and outlive their names. */
const asked = z.object({
  range: z.enum(ranges).catch(shownFirst.range),
  environment: environmentNameSchema.catch(shownFirst.environment),
  chart: z.enum(subjects).catch(shownFirst.subject),
  at: z.iso
    .datetime()
    .or(z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\dZ$/))
    .transform((text) => Date.parse(text))
    .refine((at) => Number.isFinite(at))
    .optional()
    .catch(undefined),
  request: z.string().catch(''),
})

/** Reads the query from the URL: Elysia would parse some texts as objects or lists. */
export const readAsked = (url: string): Asked => {
  const { chart, request, ...rest } = asked.parse(Object.fromEntries(new URL(url).searchParams))
  return { ...rest, at: rest.at, subject: chart, wanted: request.trim().slice(0, requestIdMost) || undefined }
}
