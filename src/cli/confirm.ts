import { Refusal } from '../failures.ts'
import { type Io, iso } from './io.ts'

/** The option of every command that asks. */
export const yes = { yes: { type: 'boolean', description: 'Go on without being asked' } } as const

/**
 * Asks before a command ends something that works: a key, access, an account, a webhook. `ends` is the sentence that names
 * it; undefined, or `--yes`, asks nothing. Throws a `Refusal` for any answer but yes, and where nobody can be asked.
 */
export const confirm = async (io: Io, isAgreed: boolean | undefined, ends: string | undefined) => {
  if (ends === undefined || isAgreed) return
  if (!io.ask) throw new Refusal(`${ends} Add --yes to do it.`)
  const answer = await io.ask(`${ends} Do it? [y/N] `)
  if (!/^\s*y(?:es)?\s*$/i.test(answer ?? '')) throw new Refusal('Nothing was changed.')
}

/** A live key as a person who is asked about it knows it. */
export const keyInWords = (environment: string, { last4, lastUsedAt }: LiveKey) =>
  `the ${environment} key ending in ${last4}, ${lastUsedAt === null ? 'never used' : `last used on ${iso(lastUsedAt)}`}`

interface LiveKey {
  last4: string
  lastUsedAt: number | null
}
