import { tokenHash } from '../keys/token.ts'
import type { Invitation, Person } from './person.ts'
import { randomToken } from './sessions.ts'

export const invitationDays = 7
export const resetMinutes = 30

interface InvitationStore {
  add(invitation: Invitation): void
}

/** Makes a one-time link to an account. It exists only in this answer: what is kept is a hash. */
export const invite = (
  store: InvitationStore,
  { role, agencyId }: Pick<Person, 'role' | 'agencyId'>,
  url: string,
  now: number,
) => {
  const token = randomToken()
  const expiresAt = now + invitationDays * 24 * 60 * 60_000
  store.add({ hash: tokenHash(token), role, agencyId, personId: null, createdAt: now, expiresAt })
  return { link: `${url}/admin/invitation?token=${token}`, expiresAt }
}

/** Makes a one-time link that sets a person's new password. Until it is used, the old one holds. */
export const inviteToNewPassword = (
  store: InvitationStore,
  { id, role, agencyId }: Person,
  url: string,
  now: number,
) => {
  const token = randomToken()
  const expiresAt = now + resetMinutes * 60_000
  store.add({ hash: tokenHash(token), role, agencyId, personId: id, createdAt: now, expiresAt })
  return { link: `${url}/admin/new-password?token=${token}`, expiresAt }
}
