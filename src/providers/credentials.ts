import { type DestinationRules, destinationProblem } from '../outgoing/destination.ts'
import { hookSecretForm, plainForm } from './credential-form.ts'
import type { FieldProblem } from '../field-problem.ts'
import type { Account, Credential, ProviderKind } from '../calls/provider.ts'

/** The given fields of an account after validation: usable, or a list of problems by field of the operation. */
export type CheckedAccount =
  | { problems: FieldProblem[] }
  | {
      problems: undefined
      credentials: Record<string, string>
      baseUrl: string | null
      /** The credentials generated here, to be shown once. */
      made: Record<string, string>
    }

/**
 * Validates the given fields of an account. A missing credential keeps its value, unless the account moves to another
 * address, which must not receive the old ones. Problems never repeat values.
 */
export const checkAccount = (
  kind: ProviderKind,
  given: Record<string, string>,
  givenBaseUrl: string | null,
  destinations: DestinationRules,
  earlier: { credentials: Record<string, string>; baseUrl: string | null } | undefined = undefined,
): CheckedAccount => {
  const baseUrl = givenBaseUrl?.trim().replace(/\/+$/, '') || null
  const credentials: Record<string, string> =
    earlier && originOf(earlier.baseUrl) === originOf(baseUrl) ? { ...earlier.credentials } : {}
  for (const [name, value] of Object.entries(given)) if (value.trim() !== '') credentials[name] = value.trim()
  const made: Record<string, string> = {}
  for (const { name, make } of kind.credentials)
    if (make && credentials[name] === undefined) made[name] = make()
  Object.assign(credentials, made)

  const problems: FieldProblem[] = []
  const blame = (name: string, sentence: string) =>
    problems.push({ sentence, field: `${credentialPrefix}${name}` })
  const fresh = { ...given, ...made }
  const known = kind.credentials.map(({ name }) => name)
  for (const name of Object.keys(given))
    if (!known.includes(name))
      problems.push({ sentence: `${kind.title} accepts only these credentials: ${known.join(', ')}.` })
  for (const each of kind.credentials) {
    const value = credentials[each.name]
    if (value === undefined && each.required)
      blame(each.name, `${kind.title} needs the credential ${each.name}.`)
    if (value !== undefined && each.needs !== undefined && credentials[each.needs] === undefined)
      blame(each.needs, `${kind.title} needs the credential ${each.needs} with ${each.name}.`)
    // A kept value passed the validation when it was saved.
    if (value === undefined || !fresh[each.name]?.trim()) continue
    const missed = formsOf(kind, each, baseUrl).find(({ pattern }) => !pattern.test(value))
    if (missed) blame(each.name, `The credential ${each.name} has the wrong format: ${missed.words}.`)
  }
  const problem =
    baseUrl !== null
      ? destinationProblem(baseUrl, destinations)
      : kind.needsBaseUrl
        ? `${kind.title} needs a base URL.`
        : undefined
  if (problem !== undefined) problems.push({ sentence: problem, field: 'base_url' })
  return problems.length > 0 ? { problems } : { problems: undefined, credentials, baseUrl, made }
}

/** Before the name of a credential, where a problem names it. */
export const credentialPrefix = 'credential.'

const formsOf = (
  kind: ProviderKind,
  { form = plainForm, issued, provesReports }: Credential,
  baseUrl: string | null,
) => [
  form,
  ...(provesReports ? [hookSecretForm] : []),
  ...(issued && goesToVendor(kind, baseUrl) ? [issued] : []),
]

const goesToVendor = ({ domain }: ProviderKind, baseUrl: string | null) => {
  if (domain === undefined || baseUrl === null) return baseUrl === null
  const host = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : ''
  return host === domain || host.endsWith(`.${domain}`)
}

/** Returns a required credential; throws when it is empty, because anyone could sign with an empty secret. */
export const credential = ({ credentials }: Account, name: string) => {
  const value = credentials[name]
  if (!value) throw new Error(`its ${name} is missing.`)
  return value
}

const originOf = (baseUrl: string | null) =>
  baseUrl !== null && URL.canParse(baseUrl) ? new URL(baseUrl).origin : baseUrl
