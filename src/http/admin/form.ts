import { ApiError, type Reason } from '../../failures.ts'

const flaws = new Set<Reason>(['invalid_input', 'conflict'])

/** Resolves to the result of an operation, or to the error that the form can show. Other errors are rethrown. */
export const submit = async <T>(
  doing: Promise<T>,
): Promise<{ done: T; error?: undefined } | { done?: undefined; error: string }> => {
  try {
    return { done: await doing }
  } catch (error) {
    if (error instanceof ApiError && flaws.has(error.reason)) return { error: error.message }
    throw error
  }
}

/** Parses a `true` or `false` of a form. */
export const flagIn = (form: Record<string, string>, name: string): boolean => {
  const text = form[name]
  if (text === 'true' || text === 'false') return text === 'true'
  throw new ApiError('invalid_body', { detail: `${name} must be true or false` })
}
