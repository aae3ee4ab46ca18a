import type { Action } from '../../src/audit.ts'
import { tokenHash } from '../../src/keys/token.ts'
import type { populate } from './visitors.ts'

export type Place = Awaited<ReturnType<typeof populate>>
export interface Form {
  leaves: Action
  fields?: Record<string, string> | ((place: Place) => Record<string, string>)
  /** What stands behind its parameters, where it is not the usual. */
  instead?: (place: Place) => Record<string, string>
}

const account = { email: 'new@example.com', password: 'a long enough password' }
const inAgency = '/admin/agencies/:agency'
const inEnvironment = `${inAgency}/integrations/api/:environment`

/** A number that the gate or an agency lists, to be taken off again. */
const listed = ({ gate }: Place, owner: string | null) => {
  const entry = { source: 'manual', reason: null, addedAt: 1, expiresAt: null }
  gate.services.doNotCall.replace(owner, { phoneNumber: '+493012345667', ...entry })
  return { phone_number: '+493012345667' }
}

/** Every form of the page that changes something, filled in, and the line that it leaves. */
export const pageForms: Record<string, Form> = {
  '/admin/sign-out': { leaves: 'signed_out' },
  '/admin/invitation': { leaves: 'person.joined', fields: account },
  '/admin/new-password': { leaves: 'password.reset', fields: account },
  '/admin/account/sessions/end': {
    leaves: 'sessions.ended',
    fields: ({ cookies }) => ({ session: tokenHash(cookies.operator.split('=')[1] ?? '') }),
  },
  '/admin/account/time-zone': { leaves: 'time_zone.changed', fields: { time_zone: 'Asia/Tokyo' } },
  '/admin/account/sign-out-everywhere': { leaves: 'signed_out_everywhere' },
  '/admin/people/invite': { leaves: 'person.invited', fields: account },
  '/admin/people/second-factor': { leaves: 'second_factor.required', fields: { required: 'everybody' } },
  '/admin/people/:person/second-factor': { leaves: 'second_factor.reset' },
  '/admin/account/factors/:factor': { leaves: 'second_factor.renamed', fields: { name: 'Old phone' } },
  '/admin/account/factors/:factor/remove': { leaves: 'second_factor.removed' },
  '/admin/account/recovery-codes': { leaves: 'recovery_codes.created' },
  '/admin/people/invitations/:invitation/revoke': { leaves: 'invitation.revoked' },
  '/admin/people/:person/sessions/end': { leaves: 'sessions.ended' },
  '/admin/people/:person/remove': { leaves: 'person.removed' },
  '/admin/tokens': { leaves: 'token.created', fields: { name: 'ci', permission: 'key.* agency.list' } },
  '/admin/tokens/:token/revoke': { leaves: 'token.revoked' },
  '/admin/alerts/:alert/acknowledge': { leaves: 'alert.acknowledged' },
  '/admin/alerts/webhook': { leaves: 'alert.webhook_saved', fields: { url: 'http://127.0.0.1:9/alerts' } },
  '/admin/alerts/webhook/secret': { leaves: 'alert.secret_rotated' },
  '/admin/alerts/webhook/remove': { leaves: 'alert.webhook_removed' },
  '/admin/alerts/test': { leaves: 'alert.tested' },
  '/admin/agencies': { leaves: 'agency.created', fields: { name: 'Made', plan: 'agency' } },
  [`${inAgency}/suspend`]: { leaves: 'agency.suspended' },
  [`${inAgency}/resume`]: {
    leaves: 'agency.resumed',
    fields: ({ gate }) => {
      gate.services.agencies.suspend(gate.agency.id, 1)
      return {}
    },
  },
  [`${inAgency}/delete`]: { leaves: 'agency.deleted' },
  [`${inAgency}/plan`]: { leaves: 'plan.changed', fields: { plan: 'growth' } },
  [`${inAgency}/agents`]: { leaves: 'agent.created', fields: { name: 'Bea' } },
  [`${inAgency}/agents/:agent`]: { leaves: 'agent.changed', fields: { name: 'Bea' } },
  [`${inAgency}/agents/:agent/delete`]: {
    leaves: 'agent.deleted',
    instead: ({ gate: { agency, services } }) => ({
      agent: services.agents.create(agency.id, { name: 'Bea', provider: 'simulator' }, 0).id,
    }),
  },
  [`${inAgency}/agents/default`]: {
    leaves: 'default_agent.changed',
    fields: { environment: 'staging', agent: '' },
  },
  [`${inAgency}/calls/:call/end`]: { leaves: 'call.ended' },
  [`${inAgency}/calls/:call/release`]: { leaves: 'call.released' },
  [`${inEnvironment}/dialling`]: { leaves: 'dialling.real', fields: { real: 'true' } },
  '/admin/rules': { leaves: 'policy.changed', fields: { countries: 'US' } },
  [`${inAgency}/rules`]: { leaves: 'policy.changed', fields: { countries: 'US' } },
  [`${inAgency}/rules/:environment`]: { leaves: 'policy.changed', fields: { calls_per_day: '7' } },
  '/admin/do-not-call': { leaves: 'dnc.added', fields: { phone_number: '+493012345667' } },
  '/admin/do-not-call/remove': { leaves: 'dnc.removed', fields: (place) => listed(place, null) },
  [`${inAgency}/do-not-call`]: { leaves: 'dnc.added', fields: { phone_number: '+493012345667' } },
  [`${inAgency}/do-not-call/remove`]: {
    leaves: 'dnc.removed',
    fields: (place) => listed(place, place.gate.agency.id),
  },
  [`${inEnvironment}/limits`]: {
    leaves: 'limits.changed',
    fields: { requests_per_minute: '7', concurrent_calls: '' },
  },
  [`${inEnvironment}/key`]: {
    leaves: 'key.rotated',
    fields: ({ gate }) => ({ replaces: gate.services.keys.live(gate.production.id)?.id ?? '' }),
  },
  [`${inEnvironment}/access`]: { leaves: 'access.disabled', fields: { enabled: 'false' } },
  [`${inEnvironment}/test-call`]: { leaves: 'call.test', fields: { scenario: '00' } },
  [`${inEnvironment}/predial`]: { leaves: 'predial.saved', fields: { url: 'http://127.0.0.1:9/other' } },
  [`${inEnvironment}/predial/secret`]: { leaves: 'predial.secret_rotated' },
  [`${inEnvironment}/predial/test`]: { leaves: 'predial.tested' },
  [`${inEnvironment}/predial/remove`]: { leaves: 'predial.removed' },
  [`${inEnvironment}/webhook`]: { leaves: 'webhook.saved', fields: { url: 'http://127.0.0.1:9/other' } },
  [`${inEnvironment}/webhook/secret`]: { leaves: 'webhook.secret_rotated' },
  [`${inEnvironment}/webhook/test`]: { leaves: 'webhook.tested' },
  [`${inEnvironment}/webhook/access`]: { leaves: 'webhook.switched', fields: { enabled: 'false' } },
  [`${inEnvironment}/webhook/remove`]: { leaves: 'webhook.removed' },
  [`${inEnvironment}/webhook/replay`]: { leaves: 'webhook.replayed' },
  [`${inEnvironment}/webhook/deliveries/:delivery/replay`]: { leaves: 'webhook.replayed' },
}

/**
 * These need a password, a second factor or a provider of their own, or a file, or change nothing: see test/audit.test.ts,
 * second-factor, passkeys and do-not-call.
 */
export const formsElsewhere = [
  '/admin/setup',
  '/admin/sign-in',
  '/admin/sign-in/passkey',
  '/admin/second-factor',
  '/admin/confirm',
  '/admin/account/authenticator',
  '/admin/account/passkey',
  '/admin/account/password',
  '/admin/audit/verify',
  '/admin/do-not-call/check',
  '/admin/do-not-call/import',
  `${inAgency}/do-not-call/check`,
  `${inAgency}/do-not-call/import`,
  `${inAgency}/integrations/providers/:provider`,
  `${inAgency}/integrations/providers/:provider/remove`,
  `${inAgency}/integrations/providers/:provider/test`,
]

/** Fills a form in; what comes back sends it. */
export const fillIn = (path: string, form: Form, place: Place) => {
  const fields = typeof form.fields === 'function' ? form.fields(place) : form.fields
  const instead = form.instead?.(place)
  return () => place.knock(`POST ${path}`, 'operator', instead, fields)
}
