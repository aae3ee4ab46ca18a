/** An operator sees every agency, an admin only their own. */
export const roles = ['operator', 'admin'] as const
type Role = (typeof roles)[number]

/** An account of the dashboard. */
export interface Person {
  id: string
  email: string
  role: Role
  /** The agency of an admin. */
  agencyId: string | null
  passwordHash: string
  /** The IANA time zone of the pages; null for the browser's. */
  timeZone: string | null
  createdAt: number
}

/** A person, the name of their agency for an admin, and whether they have a second factor. */
export interface ListedPerson {
  person: Person
  agencyName: string | null
  hasFactor: boolean
}

/** A session, stored under the hash of its token. */
export interface Session {
  hash: string
  personId: string
  createdAt: number
  seenAt: number
  /** The last time the person proved with a password or a factor that it is them. */
  confirmedAt: number
  /** When the second factor was checked; null until then. */
  secondFactorAt: number | null
  /** The client's address at its opening, and its User-Agent. */
  address: string | null
  userAgent: string | null
}

/**
 * A single-use link, stored under the hash of its token: an invitation, or a link to a new password where `personId` is
 * set.
 */
export interface Invitation {
  hash: string
  /** The address of the account that it opens. */
  email: string
  role: Role
  agencyId: string | null
  personId: string | null
  /** The person or admin token that made it, and with whose access it ends; null for the command line. */
  createdById: string | null
  /** The name of that actor in the audit. */
  createdBy: string
  createdAt: number
  expiresAt: number
}

/** An invitation that nobody has accepted yet. */
export interface PendingInvitation extends Pick<
  Invitation,
  'hash' | 'email' | 'role' | 'createdBy' | 'createdAt' | 'expiresAt'
> {
  agencyName: string | null
}
