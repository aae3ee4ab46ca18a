import type { Person } from './person.ts'

export const factorKinds = ['totp', 'passkey'] as const

/** A second factor: an authenticator app (`totp`, RFC 6238) or a passkey (WebAuthn). */
export interface Factor {
  id: string
  personId: string
  kind: (typeof factorKinds)[number]
  /** The person's own name for it. */
  name: string
  createdAt: number
  lastUsedAt: number | null
}

/** The parts of a passkey that verify its signatures. */
export interface PasskeyCredential {
  /** COSE, as base64url. */
  publicKey: string
  /** The signature counter (WebAuthn §6.1.1); 0 for passkeys that have none. */
  counter: number
  transports: string[]
}

export const factorTitles = { totp: 'Authenticator app', passkey: 'Passkey' } as const

export const factorAudiences = ['nobody', 'operators', 'everybody'] as const

/** The people who need a second factor to use the dashboard. */
export type FactorAudience = (typeof factorAudiences)[number]

export const needsFactor = (audience: FactorAudience, { role }: Pick<Person, 'role'>) =>
  audience === 'everybody' || (audience === 'operators' && role === 'operator')
