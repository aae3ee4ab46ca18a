/** A problem with what was given, as a sentence that does not repeat it. */
export interface FieldProblem {
  sentence: string
  /** The field at fault, where it is a single one. */
  field?: string | undefined
}

/** The problem of a form that has this field, on a page with several. */
export const ofField = (problem: FieldProblem | undefined, field: string) =>
  problem?.field === field ? problem : undefined

/** Several problems as one: with a field, where all of them are with the same. */
export const together = (problems: readonly FieldProblem[]): FieldProblem | undefined => {
  const [first, ...others] = problems
  if (!first) return undefined
  const isOne = others.every(({ field }) => field === first.field)
  const sentence = problems.map((problem) => problem.sentence).join(' ')
  return { sentence, field: isOne ? first.field : undefined }
}
