import { CommandError } from '../failures.ts'
import type { Io } from './io.ts'

/** The option of every command that asks for confirmation. */
export const yes = { yes: { type: 'boolean', description: 'Skip the confirmation' } } as const

/**
 * Asks for confirmation before something stops working. `ends` names the consequence; null skips the question. Throws a
 * `CommandError` for any answer but yes, and without a terminal.
 */
export const confirm = async (io: Io, ends: string | null) => {
  if (ends === null) return
  if (!io.ask) throw new CommandError(`${ends} Add --yes to do it.`, 'confirmation_required')
  const answer = await io.ask(`${ends} Do it? [y/N] `)
  if (!/^\s*y(?:es)?\s*$/i.test(answer ?? '')) throw new CommandError('Nothing was changed.')
}
