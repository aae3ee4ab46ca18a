import { tokenHash } from '../keys/token.ts'
import type { Actor } from './actor.ts'
import type { Invitation, Person } from './person.ts'
import { randomToken } from './sessions.ts'
import type { Work } from '../work.ts'

export const invitationDays = 7
export const resetMinutes = 30

interface InvitationStore {
  add(invitation: Invitation): Work<void>
}

type Inviter = Pick<Actor, 'id' | 'name'>

/** Makes an invitation, a single-use link. Only this result holds its token; the hash is stored. */
export const invite = function* (
  store: InvitationStore,
  account: Pick<Person, 'email' | 'role' | 'agencyId'>,
  inviter: Inviter,
  url: string,
  now: number,
) {
  const token = randomToken()
  const expiresAt = now + invitationDays * 24 * 60 * 60_000
  yield* store.add({ ...madeBy(inviter, now), ...account, hash: tokenHash(token), personId: null, expiresAt })
  return { link: `${url}/admin/invitation/open#${token}`, expiresAt }
}

/** Makes a single-use link to set a person's new password. The old password works until the link is used. */
export const inviteToNewPassword = function* (
  store: InvitationStore,
  { id, email, role, agencyId }: Person,
  inviter: Inviter,
  url: string,
  now: number,
) {
  const token = randomToken()
  const expiresAt = now + resetMinutes * 60_000
  const account = { email, role, agencyId, personId: id }
  yield* store.add({ ...madeBy(inviter, now), ...account, hash: tokenHash(token), expiresAt })
  return { link: `${url}/admin/new-password/open#${token}`, expiresAt }
}

const madeBy = ({ id, name }: Inviter, now: number) => ({ createdById: id, createdBy: name, createdAt: now })
