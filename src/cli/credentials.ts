import { readFileSync } from 'node:fs'
import { Refusal } from '../failures.ts'
import type { Io } from './io.ts'

/** How a credential is given, for the help text. */
export const credentialHelp =
  'A credential, once for each; one left out keeps its value. Prefer name=@FILE (what is in the file) or name=- (a line from ' +
  'standard input): others on this machine can see a command line. A value that begins with @ is given as name=@@…'

/**
 * Every `--credential name=value` of a command line, of which the argument parser keeps only the last, its value read from
 * where it says. Refuses what cannot be read, and repeats nothing of it: it may be the credential itself.
 */
export const readCredentials = async (io: Io, rawArgs: string[]): Promise<Record<string, string>> => {
  const given = rawArgs.flatMap((argument, at) => {
    if (argument.startsWith('--credential=')) return [argument.slice('--credential='.length)]
    return argument === '--credential' ? [rawArgs[at + 1] ?? ''] : []
  })
  const pairs = given.map(pairIn)
  if (pairs.filter(([, value]) => value === '-').length > 1)
    throw new Refusal('Only one credential can come from standard input.')
  const read: Record<string, string> = {}
  for (const [name, value] of pairs) read[name] = await valueOf(io, name, value)
  return read
}

const pairIn = (text: string): [name: string, value: string] => {
  const at = text.indexOf('=')
  if (at < 1) throw new Refusal('A credential is given as name=value.')
  return [text.slice(0, at), text.slice(at + 1)]
}

const valueOf = async (io: Io, name: string, value: string) => {
  if (value.startsWith('@@')) return value.slice(1)
  if (value !== '-' && !value.startsWith('@')) return value
  const content = value === '-' ? await io.readLine?.() : contentOf(name, value.slice(1))
  const found = content?.trim() ?? ''
  if (found === '') throw new Refusal(`Nothing was there to read for the credential ${name}.`)
  return found
}

const contentOf = (name: string, file: string) => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new Refusal(
      `The credential ${name} names a file that cannot be read. A value that begins with @ is given as @@.`,
    )
  }
}
