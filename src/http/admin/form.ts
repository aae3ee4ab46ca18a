import { ApiError, type Reason } from '../../failures.ts'
import type { FieldProblem } from '../../field-problem.ts'

const flaws = new Set<Reason>(['invalid_input', 'conflict'])

interface Options {
  /** The form’s fields that have another name than those of the operation. */
  fields?: Readonly<Record<string, string>>
  /** Errors that the form can show besides the usual ones. */
  also?: Reason
}

/** Resolves to the result of an operation, or to the error that the form can show. Other errors are rethrown. */
export const submit = async <T>(
  doing: Promise<T>,
  { fields = {}, also }: Options = {},
): Promise<{ done: T; error?: undefined } | { done?: undefined; error: FieldProblem }> => {
  try {
    return { done: await doing }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error
    if (!flaws.has(error.reason) && error.reason !== also) throw error
    const { message: sentence, param } = error
    return { error: { sentence, field: param === undefined ? undefined : (fields[param] ?? param) } }
  }
}

/** Parses a `true` or `false` of a form. */
export const flagIn = (form: Record<string, string>, name: string): boolean => {
  const text = form[name]
  if (text === 'true' || text === 'false') return text === 'true'
  throw new ApiError('invalid_body', { detail: `${name} must be true or false` })
}
