import type { Actor } from '../../../people/actor.ts'

/** What people end of their own account. Nobody else can, so these are no operations. */
type OwnEnding = 'own.second-factor' | 'own.recovery-codes' | 'own.session' | 'own.sessions'

/** Throws where the person has yet to agree to what a form about their own account ends. */
export const requireAgreedTo = (actor: Actor, operation: OwnEnding, ends: string, impact?: string) =>
  actor.requireAgreed?.({ operation, ends, impact, agencyName: undefined, environment: undefined })
