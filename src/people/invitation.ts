import { tokenHash } from '../keys/token.ts'
import type { Invitation, Person } from './person.ts'
import { randomToken } from './sessions.ts'

export const invitationDays = 7
export const resetMinutes = 30

interface InvitationStore {
  add(invitation: Invitation): void
}

/** Makes an invitation, a single-use link. Only this result holds its token; the hash is stored. */
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

/** Makes a single-use link to set a person's new password. The old password works until the link is used. */
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
