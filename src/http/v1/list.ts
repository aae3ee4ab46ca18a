import { z } from 'zod'
import { callStatuses } from '../../calls/call.ts'
import { isBlank } from '../../calls/order.ts'
import { ApiError } from '../../failures.ts'
import { cursorSchema } from '../cursor.ts'

const mostAtOnce = 100
const usualAtOnce = 20

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
  cursor: cursorSchema('cursor must be the next_cursor of an earlier response')
    .optional()
    .meta({ description: 'The `next_cursor` of the previous page.' }),
})

/** The query of a list, from the URL itself: Elysia's parser makes objects of some texts. */
export const readList = ({ url }: Request) => {
  const given = [...new URL(url).searchParams].filter(([, value]) => !isBlank(value))
  const parsed = listQuery.safeParse(Object.fromEntries(given))
  if (!parsed.success)
    throw new ApiError('invalid_query', {
      detail: parsed.error.issues[0]?.message ?? 'it has the wrong shape',
    })
  return parsed.data
}
