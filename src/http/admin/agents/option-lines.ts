import type { ProviderKind } from '../../../calls/provider.ts'
import { ApiError } from '../../../failures.ts'

type Options = Readonly<Record<string, unknown>>

/** Options as a form shows them: `name=value` on a line each. The further lines of a value begin with a space. */
export const optionLines = (options: Options | null): string =>
  Object.entries(options ?? {})
    .map(([name, value]) => `${name}=${textOf(value).replaceAll('\n', '\n ')}`)
    .join('\n')

const textOf = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** The options of such lines. Fails with `invalid_input`, which does not repeat them. */
export const readOptionLines = (text: string): Record<string, string> => {
  const option: Record<string, string> = {}
  let last: string | undefined
  for (const [at, line] of withLineFeeds(text).split('\n').entries()) {
    const flaw = (words: string) =>
      new ApiError('invalid_input', { detail: `Line ${at + 1} of the options ${words}.`, param: 'option' })
    const [, name, value = ''] = /^([\w.]+)[ \t]*=(.*)$/.exec(line) ?? []
    if (name !== undefined) {
      if (Object.hasOwn(option, name)) throw flaw('repeats a name')
      option[name] = value
      last = name
    } else if (/^[ \t]/.test(line) && last !== undefined) option[last] += `\n${line.slice(1)}`
    else if (line.trim() !== '') throw flaw('is not name=value')
  }
  return option
}

/**
 * The change that makes an agent's options those of a form: what the form no longer names is blank. Lines that nobody
 * touched change nothing, also where the agent moves to another provider, at which they mean nothing.
 */
export const optionChange = (
  { options: text }: { options?: string | undefined },
  before: { options: Options | null },
): Record<string, string> | undefined => {
  if (text === undefined || withLineFeeds(text) === optionLines(before.options)) return undefined
  const gone = Object.keys(before.options ?? {}).map((name) => [name, ''])
  return { ...Object.fromEntries(gone), ...readOptionLines(text) }
}

/** Forms send the line ends of the internet. */
const withLineFeeds = (text: string) => text.replaceAll('\r\n', '\n')

/** What each provider takes, as a form says it. */
export const optionsHelp = ({ title, options }: Pick<ProviderKind, 'title' | 'options'>) =>
  options.length === 0
    ? `${title} takes no options.`
    : `${title}: ${options.map(({ name }) => name).join(', ')}.`
