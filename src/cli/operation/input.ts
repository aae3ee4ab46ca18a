import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { CommandError } from '../../failures.ts'
import type { Io } from '../io.ts'
import { parseExactly } from '../../json.ts'
import type { Field } from '../../operation/fields.ts'

/** The hint on secrets in the help. */
export const secretHelp =
  'Prefer @FILE (what is in the file) or - (a line from standard input): others on this machine can see a command line. ' +
  'To begin a value with @, write @@…'

/**
 * Makes an operation's input of flags. The operation validates it; this only handles what is particular to a command
 * line.
 */
export const readInput = async (io: Io, fields: Field[], rawArgs: string[]) => {
  const options = Object.fromEntries(
    fields.map(({ flag, type, isList }) => [
      flag,
      {
        type: type === 'boolean' ? ('boolean' as const) : ('string' as const),
        multiple: isList || type === 'pairs',
      },
    ]),
  )
  const { values } = parseArgs({ args: rawArgs, options, strict: false, allowPositionals: true })
  const fromInput = [values]
    .flatMap(Object.values)
    .flat()
    .filter((value) => /^(?:\w+=)?-$/.test(String(value)))
  if (fields.some(({ isSecret }) => isSecret) && fromInput.length > 1)
    throw new CommandError('Only one value can come from standard input.')
  const input: Record<string, unknown> = {}
  for (const field of fields) {
    const given = values[field.flag]
    if (given !== undefined && !isBlank(field, given)) input[field.name] = await valueOf(io, field, given)
  }
  return input
}

/** Scripts pass unknown values as blank texts. */
const isBlank = ({ type, choices, required }: Field, given: Given) =>
  !required && (type === 'number' || choices.length > 0) && typeof given === 'string' && given.trim() === ''

type Given = string | boolean | (string | boolean)[]

const valueOf = async (io: Io, field: Field, given: Given): Promise<unknown> => {
  if (typeof given === 'boolean') return given
  if (field.type === 'pairs') return pairsOf(io, field, [given].flat().map(String))
  if (Array.isArray(given)) return given.map((each) => scalarOf(field, String(each)))
  return field.isSecret ? secretOf(io, field.flag, given) : scalarOf(field, given)
}

const scalarOf = ({ type, flag, nullWord }: Field, text: string) => {
  if (nullWord !== undefined && text === nullWord) return null
  if (type === 'json') return jsonOf(flag, text)
  // An invalid number stays a text, so that the operation's own message appears.
  return type === 'number' && /^-?\d{1,15}$/.test(text.trim()) ? Number(text) : text
}

/** Parsed with exact numbers, as a body of the API. */
const jsonOf = (flag: string, text: string): unknown => {
  try {
    return parseExactly(text)
  } catch {
    throw new CommandError(`--${flag} is not valid JSON.`)
  }
}

const pairsOf = async (io: Io, field: Field, given: string[]) => {
  const pairs: Record<string, string> = {}
  for (const text of given) {
    const at = text.indexOf('=')
    if (at < 1) throw new CommandError(`--${field.flag} is given as name=value.`)
    const [name, value] = [text.slice(0, at), text.slice(at + 1)]
    pairs[name] = field.isSecret ? await secretOf(io, name, value) : value
  }
  return pairs
}

/**
 * Reads a value from a file or from standard input. Error messages repeat nothing of the argument, which may be the
 * secret itself.
 */
const secretOf = async (io: Io, name: string, value: string) => {
  if (value.startsWith('@@')) return value.slice(1)
  if (value !== '-' && !value.startsWith('@')) return value
  const content = value === '-' ? await io.readLine?.() : contentOf(name, value.slice(1))
  const found = content?.trim() ?? ''
  if (found === '') throw new CommandError(`The input for ${name} is empty.`)
  return found
}

const contentOf = (name: string, file: string) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new CommandError(`The file for ${name} cannot be read. To begin a value with @, write @@.`)
  }
}
