import { type Actor, commandLineActor } from '../../src/people/actor.ts'

/** An admin of one agency, as the page would let them in. */
export const adminOf = (agencyId: string): Actor => ({
  ...commandLineActor,
  name: 'admin@example.com',
  role: 'admin',
  agencyId,
})

/** A token with these permissions, for all agencies or one. */
export const tokenWith = (permissions: string[], agencyId: string | null = null): Actor => ({
  ...commandLineActor,
  name: 'token ci',
  role: agencyId === null ? 'operator' : 'admin',
  agencyId,
  permissions,
})
