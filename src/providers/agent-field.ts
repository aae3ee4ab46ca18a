import { inSentence } from './title.ts'
/** The form of a value. */
export interface Form {
  /** The end of "It must be …". */
  expected: string
  accepts: (value: string) => boolean
}

/** A field of an agent: `ref`, its id at the provider, or `from`, the number or number id that it calls from. */
export interface AgentField {
  /** The provider's own term, for use within a sentence. */
  label: string
  required: boolean
  form: Form
  example: string
  /** A hint, as a sentence. */
  hint?: string
}

/** Room for a TwiML URL with a long query; ids are shorter. */
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

/** An id with a prefix for its type; older ids are as long and have none. */
export const prefixedId = (prefix: string, olderLength: number): Form => {
  const pattern = new RegExp(`^(?:${prefix}\\w+|[0-9A-Za-z]{${olderLength}})$`)
  return {
    expected: `an ID that begins with ${prefix}, or an older ID of ${olderLength} letters and digits`,
    accepts: (value) => pattern.test(value),
  }
}

/** The problem of a value, as a sentence that does not repeat it. */
export const fieldProblem = (title: string, field: AgentField, value: string | null): string | undefined => {
  const { label, required, form, example } = field
  const expected = `${form.expected}, such as ${example}.`
  if (value === null)
    return required ? `An agent at ${inSentence(title)} needs its ${label}: ${expected}` : undefined
  if (value.length > mostCharacters)
    return `The ${label} of an agent at ${inSentence(title)} must have at most ${mostCharacters.toLocaleString('en')} characters.`
  return form.accepts(value)
    ? undefined
    : `The ${label} of an agent at ${inSentence(title)} must be ${expected}`
}

/** The label of a form field. */
export const fieldTitle = ({ label, required }: AgentField) =>
  `${label.charAt(0).toUpperCase()}${label.slice(1)}${required ? '' : ' (optional)'}`

/** The text of a form field, after its label and a colon. */
export const fieldHelp = ({ form, example, hint }: AgentField) =>
  `${form.expected}, such as ${example}.${hint === undefined ? '' : ` ${hint}`}`
