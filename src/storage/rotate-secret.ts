import { actedBy, type AuditActor } from '../audit.ts'
import { CommandError } from '../failures.ts'
import { createAuditStore } from './audit.ts'
import type { Database } from './database.ts'
import { isSealed, isSecretOf, requireSecret, sealAnew } from './seal-anew.ts'

export interface Rotation {
  /** The secret so far, where the configuration gives it. */
  previous: string | null
  /** True where the secret so far is lost: what it sealed stays closed, and has to be saved again. */
  isLost: boolean
  actor: AuditActor
  now: number
}

/** The number of texts that were sealed anew, and the owners of those that stay closed; undefined where it was done already. */
export interface Rotated {
  sealed: number
  closed: string[]
}

/** Replaces the secret `before` by `secret`. Throws a `CommandError` where `before` is missing or another one. */
export const rotateSecret = (
  database: Database,
  before: string | undefined,
  secret: string,
  { isLost, actor, now }: Rotation,
): Rotated | undefined => {
  const { sqlite } = database
  if (isSecretOf(sqlite, secret) === true) return undefined
  if (isLost) refuseFound(database, before)
  else if (before === undefined) throw new CommandError(missing)
  else {
    if (isSecretOf(sqlite, before) === false) throw new CommandError(wrong)
    requireSecret(database, before)
  }
  return sealAnew(database, isLost ? null : (before ?? null), secret, (chain, wasWhole) => {
    const notes = [
      ...(isLost ? ['the earlier secret was lost'] : []),
      ...(wasWhole ? [] : ['the audit log had been changed']),
    ]
    const target = notes.length > 0 ? { target: notes.join('; ') } : {}
    return createAuditStore(database, chain).record({
      ...actedBy(actor, now),
      action: 'secret.rotated',
      ...target,
    })
  })
}

const refuseFound = ({ sqlite }: Database, before: string | undefined) => {
  if (before !== undefined && isSealed(sqlite) && isSecretOf(sqlite, before) === true)
    throw new CommandError(
      'The secret is not lost: it is here. Run it without --lost, so that no credentials are lost.',
    )
}

const missing =
  'The secret so far is not here. Set CALLGATE_PREVIOUS_SECRET to it. If it is lost, run: callgate secret rotate --lost'
const wrong =
  'CALLGATE_PREVIOUS_SECRET (or the file secret in the data directory) is not the secret that this database is sealed with. If that one is lost, run: callgate secret rotate --lost'
