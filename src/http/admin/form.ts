import { ApiError, type Reason } from '../../failures.ts'

const flaws = new Set<Reason>(['invalid_input', 'conflict'])

/**
 * Resolves to what a form asked for, or to the sentence that it is shown again with. What is no fault of the form, or
 * cannot be mended in it, is thrown on.
 */
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

/** A form's `true` or `false`. */
export const flagIn = (form: Record<string, string>, name: string): boolean => {
  const text = form[name]
  if (text === 'true' || text === 'false') return text === 'true'
  throw new ApiError('invalid_body', { detail: `${name} must be true or false` })
}
