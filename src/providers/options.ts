import type { z } from 'zod'
import { inSentence } from './title.ts'

/** A field of the vendor's own create request that an agent or an order may set. */
export interface ProviderOption {
  /** As the vendor calls it; dots lead into objects. */
  name: string
  schema: z.ZodType
  /** The end of "It must be …". */
  expected: string
  /** As it is written on a command line. */
  example: string
  /** What it does, as a sentence. */
  description: string
  /** It speaks of the agent's `ref`, and means nothing without one. */
  ofRef?: true
}

export type Options = Record<string, unknown>

/** A whole prompt in an override; the body of an order is smaller than 32 KB in all. */
const mostCharacters = 16 * 1024

/**
 * Options as they are kept, or what is wrong with them, as sentences that repeat no value. On a command line all values are
 * texts: one that is none for its option is read as JSON.
 */
export const readOptions = (
  { title, options }: { title: string; options: readonly ProviderOption[] },
  given: Options,
): { options: Options; problem: undefined } | { options?: undefined; problem: string } => {
  const problems = new Set<string>()
  const read: Options = {}
  for (const [name, value] of Object.entries(given)) {
    const option = options.find((one) => one.name === name)
    const parsed = option?.schema.safeParse(value)
    const fromText = parsed?.success ? parsed : option?.schema.safeParse(fromJson(value))
    if (!option) problems.add(unknownOption(title, options))
    else if (!fromText?.success || JSON.stringify(value).length > mostCharacters)
      problems.add(
        `The option ${name} at ${inSentence(title)} must be ${option.expected}, such as ${option.example}.`,
      )
    else read[name] = fromText.data
  }
  return problems.size > 0 ? { problem: [...problems].join(' ') } : { options: read, problem: undefined }
}

const unknownOption = (title: string, options: readonly ProviderOption[]) =>
  options.length === 0
    ? `${title} takes no options.`
    : `${title} takes these options: ${options.map(({ name }) => name).join(', ')}.`

const fromJson = (value: unknown): unknown => {
  if (typeof value !== 'string') return undefined
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}

/** The body of a create request: what the options set, and over it what the gate needs, which always wins. */
export const withOptions = (options: Options | null, own: Options): Options => {
  const body: Options = {}
  for (const [path, value] of Object.entries(options ?? {})) {
    const names = path.split('.')
    const last = names.pop() ?? ''
    let part = body
    for (const name of names) part = (part[name] ??= {}) as Options
    part[last] = value
  }
  return merged(body, own)
}

const merged = (under: Options, over: Options): Options => {
  const body = { ...under }
  for (const [name, value] of Object.entries(over)) {
    const below = body[name]
    body[name] = isObject(below) && isObject(value) ? merged(below, value) : value
  }
  return body
}

const isObject = (value: unknown): value is Options =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value)
