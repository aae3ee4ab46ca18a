import type { z } from 'zod'
import { isBlank } from '../calls/order.ts'
import { ApiError } from '../failures.ts'

/**
 * Reads a query, from the URL itself: Elysia's parser makes objects of some texts. Blank values count as missing. Names
 * that are unknown or given twice are rejected, because a filter that does not filter is worse than an error.
 */
export const readQuery = <Schema extends z.ZodObject>({ url }: Request, schema: Schema): z.output<Schema> => {
  const given = [...new URL(url).searchParams]
  const known = Object.keys(schema.shape)
  if (given.some(([name]) => !known.includes(name)))
    throw new ApiError('invalid_query', { detail: `only these parameters are allowed: ${known.join(', ')}` })
  const twice = known.find((name) => given.filter(([each]) => each === name).length > 1)
  if (twice !== undefined)
    throw new ApiError('invalid_query', { detail: `${twice} must be given only once`, param: twice })
  const parsed = schema.safeParse(Object.fromEntries(given.filter(([, value]) => !isBlank(value))))
  if (parsed.success) return parsed.data
  const { message, path } = parsed.error.issues[0] ?? { message: 'it has the wrong shape', path: [] }
  throw new ApiError('invalid_query', { detail: message, param: path.join('.') || undefined })
}

/** Rejects a query on a path that takes none. */
export const requireNoQuery = ({ url }: Request) => {
  const at = url.indexOf('?')
  if (at !== -1 && at < url.length - 1)
    throw new ApiError('invalid_query', { detail: 'this path takes no parameters' })
}
