import type { EnvironmentName } from './agencies/environment.ts'
import type { OwnLimits } from './limits/limits.ts'
import type { Actor } from './people/actor.ts'
import type { Work } from './work.ts'

/** All audited actions, and their words after the actor's name. */
export const actions = {
  'agency.created': 'created the agency',
  'agency.renamed': 'renamed the agency',
  'agency.suspended': 'suspended the agency',
  'agency.resumed': 'resumed the agency',
  'agency.deleted': 'deleted the agency',
  'plan.changed': 'changed the plan',
  'limits.changed': 'changed the limits',
  'policy.changed': 'changed the rules for calls',
  'key.generated': 'generated an API key',
  'key.rotated': 'rotated the API key',
  'key.seen_in_url': 'sent the API key in a URL',
  'key.leaked': 'reported the API key as leaked',
  'access.enabled': 'enabled API access',
  'access.disabled': 'disabled API access',
  'alert.raised': 'raised an alert',
  'alert.acknowledged': 'acknowledged alerts',
  'alert.webhook_saved': 'saved the alert webhook',
  'alert.secret_rotated': 'rotated the secret of the alert webhook',
  'alert.webhook_removed': 'removed the alert webhook',
  'alert.tested': 'sent a test alert',
  'predial.saved': 'saved the pre-dial hook',
  'predial.secret_rotated': 'rotated the secret of the pre-dial hook',
  'predial.removed': 'removed the pre-dial hook',
  'predial.tested': 'tested the pre-dial hook',
  'dialling.real': 'turned on real dialling',
  'dialling.simulated': 'turned off real dialling',
  'agent.created': 'created an agent',
  'agent.changed': 'changed an agent',
  'agent.deleted': 'deleted an agent',
  'default_agent.changed': 'changed the default agent',
  'destination.refused': 'tried to save a URL that is not allowed',
  'provider.saved': 'saved a provider account',
  'provider.removed': 'removed a provider account',
  'webhook.saved': 'saved the webhook',
  'webhook.secret_rotated': 'rotated the webhook secret',
  'webhook.removed': 'removed the webhook',
  'webhook.switched': 'enabled or disabled the webhook',
  'webhook.tested': 'sent a test webhook',
  'webhook.replayed': 'replayed webhook deliveries',
  'call.triggered': 'triggered a call',
  'call.test': 'triggered a test call',
  'call.ended': 'ended a call',
  'call.released': 'released the slot of a call',
  'call.still_running': 'found a call still running at its provider after its end was reported',
  'dnc.added': 'added a number to a do-not-call list',
  'dnc.removed': 'removed a number from a do-not-call list',
  'dnc.imported': 'imported numbers to a do-not-call list',
  'person.setup_link_made': 'made a setup link',
  'person.invited': 'invited a person',
  'invitation.revoked': 'revoked an invitation',
  'person.joined': 'joined',
  'person.removed': 'removed a person',
  'person.forgotten': 'erased a person from calls',
  'time_zone.changed': 'changed the time zone of a person',
  'password.changed': 'changed their password',
  'password.reset_link_made': 'created a password reset link',
  'password.reset': 'reset their password',
  'second_factor.added': 'added a second factor',
  'second_factor.renamed': 'renamed a second factor',
  'second_factor.removed': 'removed a second factor',
  'second_factor.reset': 'reset the second factor of a person',
  'second_factor.required': 'changed who needs a second factor',
  'recovery_codes.created': 'created recovery codes',
  'sessions.ended': 'ended sessions',
  'token.created': 'created an admin token',
  'token.revoked': 'revoked an admin token',
  'token.leaked': 'reported an admin token as leaked',
  'sign_in.failed': 'failed to sign in',
  'operation.denied': 'was denied an operation',
  'hook.rejected': 'sent a report with an invalid signature',
  'secret.rotated': 'replaced the secret',
  signed_in: 'signed in',
  signed_out: 'signed out',
  signed_out_everywhere: 'signed out everywhere',
} as const

export type Action = keyof typeof actions

/** An audit entry as it is written. */
export interface AuditEntry {
  at: number
  /** The name of the actor: an e-mail address, or another one where no person acts. */
  actor: string
  /** The id of the person or the admin token, and the role, where there is one. */
  actorId?: string | null
  actorRole?: Role | null
  /** The client's address, where there is one. */
  address: string | null
  action: Action
  /** The id of the agency that the change concerns. */
  agency?: string | null
  environment?: EnvironmentName
  /** The object of the change, in words that still read when it is gone. Never a secret. */
  target?: string
  /** The client's own id of the operation. */
  operationId?: string
  /** The number of times, in an entry that counts what was attempted within a minute. */
  times?: number
}

export interface AuditedChange {
  /** Makes a change and writes its entry in one transaction: both are on disk when this returns, or neither. */
  change<T>(make: () => Work<T>, entry: AuditEntry | ((made: T) => AuditEntry | undefined)): Work<T>
}

/** The part of an actor that the audit records. Without a role: whoever is not authenticated. */
export type AuditActor = Pick<Actor, 'name' | 'address'> & { id?: string | null; role?: Role }

type Role = Actor['role']

/** An audit entry as it is read. */
export interface AuditLine {
  /** Ids rise with time. */
  id: string
  at: number
  actor: string
  actorId: string | null
  actorRole: string | null
  address: string | null
  agencyId: string | null
  /** The agency's present name. */
  agencyName: string | null
  environment: EnvironmentName | null
  action: Action
  target: string | null
  times: number | null
}

/** The number of entries, and the first flaw of the chain as a sentence; null where it is whole. */
export interface ChainState {
  entries: number
  flaw: string | null
}

/** Which entries; all of these have to hold. */
export interface AuditQuery {
  /** The agency; left out, all of them. */
  agency?: string | undefined
  /** The actor's name, as it is shown. */
  actor?: string | undefined
  action?: Action | undefined
  /** A part of the object's words. */
  text?: string | undefined
  /** The span of `at`, without its end. */
  from?: number | undefined
  to?: number | undefined
}

/** The fields of an entry that say who acted, when and from which address. */
export const actedBy = ({ id = null, role, name, address }: AuditActor, now: number) => ({
  at: now,
  actor: name,
  actorId: id,
  actorRole: role ?? null,
  address,
})

/** A key in an audit entry: its last characters, and those of the key that it replaced. */
export const keyTarget = ({ last4 }: { last4: string }, replaced?: { last4: string }) =>
  replaced ? `…${last4}, replacing …${replaced.last4}` : `…${last4}`

/** Limits in an audit entry. */
export const limitsTarget = ({ requestsPerMinute, concurrentCalls }: OwnLimits) =>
  `requests per minute: ${requestsPerMinute ?? 'default'}, concurrent calls: ${concurrentCalls ?? 'default'}`
