import { z } from 'zod'
import { callStatuses } from '../../calls/call.ts'
import { phoneNumberPattern } from '../../calls/phone-number.ts'
import { cursorSchema } from '../cursor.ts'

const mostAtOnce = 100
const usualAtOnce = 20

const time = (name: string) =>
  z.iso
    .datetime({ offset: true, error: `${name} must be a time in ISO 8601, such as 2026-01-15T12:00:00Z` })
    .transform((text) => Date.parse(text))

/** The query of a list of calls. */
export const listQuery = z.object({
  limit: z
    .string()
    .regex(/^(?:[1-9]\d?|100)$/, `limit must be a whole number from 1 to ${mostAtOnce}`)
    .transform(Number)
    .default(usualAtOnce)
    .meta({
      type: 'integer',
      minimum: 1,
      maximum: mostAtOnce,
      description:
        'How many calls to return per page at most: it ends earlier where they would come to more than two megabytes.',
    }),
  status: z
    .enum(callStatuses, `status must be one of ${callStatuses.join(', ')}`)
    .optional()
    .meta({ description: 'Only calls with this status.' }),
  phone_number: z
    .string()
    // A plus that is not percent-encoded arrives as a space.
    .transform((text) => text.replace(/^ /, '+'))
    .pipe(z.string().regex(phoneNumberPattern, 'phone_number must be in E.164 format, such as +15551234567'))
    .optional()
    .meta({ description: 'Only calls to this number, in E.164 format. Encode the plus as `%2B`.' }),
  agent_id: z
    .guid('agent_id must be a UUID')
    .toLowerCase()
    .optional()
    .meta({ description: 'Only calls of this agent.' }),
  from: time('from').optional().meta({ description: 'Only calls created at this time or later.' }),
  to: time('to').optional().meta({ description: 'Only calls created before this time.' }),
  cursor: cursorSchema('cursor must be the next_cursor of an earlier response')
    .optional()
    .meta({ description: 'The `next_cursor` of the previous page.' }),
})
