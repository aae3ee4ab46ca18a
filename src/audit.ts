import type { EnvironmentName } from './keys/keyring.ts'
import type { OwnLimits } from './limits/limits.ts'

/** Everything that the audit speaks of, and the words for it: "somebody … ". */
export const actions = {
  'agency.created': 'created the agency',
  'agency.renamed': 'renamed the agency',
  'agency.suspended': 'suspended the agency',
  'agency.resumed': 'resumed the agency',
  'agency.deleted': 'deleted the agency',
  'plan.changed': 'changed the plan',
  'limits.changed': 'changed the limits',
  'key.generated': 'generated an API key',
  'key.rotated': 'rotated the API key',
  'key.seen_in_url': 'sent the API key in a URL',
  'key.leaked': 'reported the API key as leaked',
  'access.enabled': 'enabled API access',
  'access.disabled': 'disabled API access',
  'dialling.real': 'turned on real dialling',
  'dialling.simulated': 'turned off real dialling',
  'agent.created': 'created an agent',
  'agent.changed': 'changed an agent',
  'agent.deleted': 'deleted an agent',
  'default_agent.changed': 'changed the default agent',
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
  'person.invited': 'invited a person',
  'invitation.revoked': 'revoked an invitation',
  'person.joined': 'joined',
  'person.removed': 'removed a person',
  'person.forgotten': 'erased a person from calls',
  'password.changed': 'changed their password',
  'password.reset_link_made': 'created a password reset link',
  'password.reset': 'reset their password',
  'token.created': 'created an admin token',
  'token.revoked': 'revoked an admin token',
  'token.leaked': 'reported an admin token as leaked',
  signed_in: 'signed in',
  signed_out: 'signed out',
  signed_out_everywhere: 'signed out everywhere',
} as const

export type Action = keyof typeof actions

/** When something is done, by whom and from where. */
export interface Doer {
  at: number
  /** An e-mail address, or what acts where it is no person. */
  actor: string
  /** The client's address, where there is one. */
  address: string | null
}

/** A line of the audit: what somebody did, and to what. */
export interface Deed extends Doer {
  action: Action
  /** The id of the agency that it concerns. */
  agency?: string | null
  environment?: EnvironmentName
  /** To what, in words that still read when it is gone. Never a secret. */
  target?: string
  /** What the client called the operation. */
  operationId?: string
}

/** Who acts where a command does. */
export const commandLine = (now: number): Doer => ({ at: now, actor: 'command line', address: null })

/** What the audit says of a key: its last characters, and those of the one that it replaced. */
export const keyTarget = ({ last4 }: { last4: string }, replaced?: { last4: string }) =>
  replaced ? `…${last4}, replacing …${replaced.last4}` : `…${last4}`

/** What the audit says of limits. */
export const limitsTarget = ({ requestsPerMinute, concurrentCalls }: OwnLimits) =>
  `requests per minute: ${requestsPerMinute ?? 'default'}, concurrent calls: ${concurrentCalls ?? 'default'}`
