import type { Actor } from './actor.ts'

/** An actor as the audit keeps it. */
interface KeptActor {
  actor: string
  actorId: string | null
  /** Null for whoever was not authenticated, and in entries of earlier versions. */
  actorRole: string | null
  address: string | null
}

/** The names under which an agency reads of actors that are hidden from it. */
export const anOperator = 'an operator'
export const somebody = 'somebody'

/** The name of an actor where an agency reads it as well. The audit says to operators who it was. */
export const nameForAgency = ({ name, role }: Pick<Actor, 'name' | 'role'>) =>
  role === 'operator' ? anOperator : name

/**
 * An actor as the viewer may see it. Whoever is bound to an agency learns that an operator acted, and not who it was, nor
 * from which address. A name without a role may be an operator's, if it is an e-mail address.
 */
export const actorShownTo = <Kept extends KeptActor>(
  { agencyId }: Pick<Actor, 'agencyId'>,
  kept: Kept,
): Kept => {
  if (agencyId === null) return kept
  if (kept.actorRole === 'operator') return { ...kept, actor: anOperator, actorId: null, address: null }
  if (kept.actorRole === null && kept.actor.includes('@'))
    return { ...kept, actor: somebody, actorId: null, address: null }
  return kept
}
