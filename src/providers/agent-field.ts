/** What a value must look like. */
interface Form {
  /** The end of "It must be …". */
  expected: string
  accepts: (value: string) => boolean
}

/** What an agent says of itself at a provider: its `ref`, by which it is known there, or its `from`, which it calls from. */
export interface AgentField {
  /** The provider's own word for it, as it stands within a sentence. */
  label: string
  required: boolean
  form: Form
  example: string
  /** More about it, as a sentence. */
  hint?: string
}

/** A TwiML URL with a long query, and more than any id has. */
const mostCharacters = 2000

/** RFC 9562, of any version. */
export const uuid: Form = {
  expected: 'a UUID',
  accepts: (value) => /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value),
}

/** E.164: at most 15 digits, the first not 0. */
export const e164: Form = {
  expected: 'a phone number in E.164 format',
  accepts: (value) => /^\+[1-9]\d{1,14}$/.test(value),
}

export const anyText: Form = { expected: 'any text', accepts: () => true }

/** An id with a prefix that says of what it is; older ones are letters and digits, so many, without one. */
export const prefixedId = (prefix: string, olderLength: number): Form => {
  const pattern = new RegExp(`^(?:${prefix}\\w+|[0-9A-Za-z]{${olderLength}})$`)
  return {
    expected: `an ID that begins with ${prefix}, or an older ID of ${olderLength} letters and digits`,
    accepts: (value) => pattern.test(value),
  }
}

/** What is wrong with a value at a provider, as a sentence that does not repeat it. */
export const fieldProblem = (title: string, field: AgentField, value: string | null): string | undefined => {
  const { label, required, form, example } = field
  const expected = `${form.expected}, such as ${example}.`
  if (value === null) return required ? `An agent at ${title} needs its ${label}: ${expected}` : undefined
  if (value.length > mostCharacters)
    return `The ${label} of an agent at ${title} must have at most ${mostCharacters.toLocaleString('en')} characters.`
  return form.accepts(value) ? undefined : `The ${label} of an agent at ${title} must be ${expected}`
}

/** As the name of a field. */
export const fieldTitle = ({ label, required }: AgentField) =>
  `${label.charAt(0).toUpperCase()}${label.slice(1)}${required ? '' : ' (optional)'}`

/** What goes into a field, to stand behind its name and a colon. */
export const fieldHelp = ({ form, example, hint }: AgentField) =>
  `${form.expected}, such as ${example}.${hint === undefined ? '' : ` ${hint}`}`
