import type { Action } from '../../src/audit.ts'
import { tokenHash } from '../../src/keys/token.ts'
import type { ProviderKind } from '../../src/calls/provider.ts'
import { providerKinds } from '../../src/providers/kinds.ts'
import { ruleNames } from '../../src/policy/rules.ts'
import { snakeCase } from '../../src/policy/rule-forms.ts'
import { passwordMost } from '../../src/people/password-rules.ts'
import type { populate } from './visitors.ts'
import { atOnce } from '../../src/work.ts'

export type Place = Awaited<ReturnType<typeof populate>>

/** For each field that people type into, a value it refuses, or a whole form that is refused because of it. */
type Wrong = Record<string, string | Record<string, string>>

export interface Form {
  leaves: Action
  /** True where its response shows a secret: see test/http/admin/shown-once.test.ts. */
  showsSecret?: true
  /** Empty where nobody types anything: test/http/admin/wrong-fields.test.ts knows. */
  wrong: Wrong
  fields?: Record<string, string> | ((place: Place) => Record<string, string>)
  /** What stands behind its parameters, where it is not the usual. */
  instead?: (place: Place) => Record<string, string>
}

const account = { email: 'new@example.com', password: 'a long enough password' }
const inAgency = '/admin/agencies/:agency'
const inEnvironment = `${inAgency}/integrations/api/:environment`

const wrongAgent: Wrong = {
  name: ' ',
  ref: { name: 'Bea', provider: 'vapi', ref: 'nobody', from: crypto.randomUUID(), options: '' },
  from: { name: 'Bea', provider: 'vapi', ref: crypto.randomUUID(), from: 'nowhere', options: '' },
  options: { name: 'Bea', provider: 'http', ref: '', from: '', options: 'nonsense' },
}
const wrongEntry: Wrong = { phone_number: '12', reason: 'a\u0000b', expires_on: '2020-01-01' }
/** What anybody sets; `time_zone` is for operators. */
const wrongRules: Wrong = Object.fromEntries(
  ruleNames
    .filter((name) => name !== 'consentRequired' && name !== 'hardBudget')
    .map((name) => [snakeCase(name), 'nonsense ,']),
)

/** A number that the gate or an agency lists, to be taken off again. */
const listed = ({ gate }: Place, owner: string | null) => {
  const entry = { source: 'manual', reason: null, addedAt: 1, expiresAt: null }
  atOnce(gate.services.doNotCall.replace(owner, { phoneNumber: '+493012345667', ...entry }))
  return { phone_number: '+493012345667' }
}

/** Every form of the page that changes something, filled in, and the line that it leaves. */
export const pageForms: Record<string, Form> = {
  '/admin/sign-out': { leaves: 'signed_out', wrong: {} },
  '/admin/invitation': {
    leaves: 'person.joined',
    wrong: { token: { token: 'wrong' }, password: 'short' },
    fields: account,
  },
  '/admin/new-password': {
    leaves: 'password.reset',
    wrong: { token: { token: 'wrong' }, password: 'short' },
    fields: account,
  },
  '/admin/account/sessions/end': {
    leaves: 'sessions.ended',
    wrong: {},
    fields: ({ cookies }) => ({ session: tokenHash(cookies.operator.split('=')[1] ?? '') }),
  },
  '/admin/account/time-zone': {
    leaves: 'time_zone.changed',
    wrong: { time_zone: 'Atlantis' },
    fields: { time_zone: 'Asia/Tokyo' },
  },
  '/admin/account/sign-out-everywhere': { leaves: 'signed_out_everywhere', wrong: {} },
  '/admin/people/invite': {
    showsSecret: true,
    leaves: 'person.invited',
    wrong: { email: 'nobody' },
    fields: account,
  },
  '/admin/people/second-factor': {
    leaves: 'second_factor.required',
    wrong: {},
    fields: { required: 'everybody' },
  },
  '/admin/people/:person/second-factor': { leaves: 'second_factor.reset', wrong: {} },
  '/admin/account/factors/:factor': {
    leaves: 'second_factor.renamed',
    wrong: { name: ' ' },
    fields: { name: 'Old phone' },
  },
  '/admin/account/factors/:factor/remove': { leaves: 'second_factor.removed', wrong: {} },
  '/admin/account/recovery-codes': { showsSecret: true, leaves: 'recovery_codes.created', wrong: {} },
  '/admin/people/invitations/:invitation/revoke': { leaves: 'invitation.revoked', wrong: {} },
  '/admin/people/:person/sessions/end': { leaves: 'sessions.ended', wrong: {} },
  '/admin/people/:person/remove': { leaves: 'person.removed', wrong: {} },
  '/admin/tokens': {
    showsSecret: true,
    leaves: 'token.created',
    wrong: {
      name: ' ',
      permission: 'key.* nothing',
      expires_on: '2020-01-01',
      allow_from: 'somewhere',
    },
    fields: { name: 'ci', permission: 'key.* agency.list' },
  },
  '/admin/tokens/:token/revoke': { leaves: 'token.revoked', wrong: {} },
  '/admin/alerts/:alert/acknowledge': { leaves: 'alert.acknowledged', wrong: {} },
  '/admin/alerts/webhook': {
    leaves: 'alert.webhook_saved',
    wrong: { url: 'somewhere' },
    fields: { url: 'http://127.0.0.1:9/alerts' },
  },
  '/admin/alerts/webhook/secret': { showsSecret: true, leaves: 'alert.secret_rotated', wrong: {} },
  '/admin/alerts/webhook/remove': { leaves: 'alert.webhook_removed', wrong: {} },
  '/admin/alerts/test': { leaves: 'alert.tested', wrong: {} },
  '/admin/agencies': {
    leaves: 'agency.created',
    wrong: { name: ' ' },
    fields: { name: 'Made', plan: 'agency' },
  },
  [`${inAgency}/suspend`]: { leaves: 'agency.suspended', wrong: {} },
  [`${inAgency}/resume`]: {
    leaves: 'agency.resumed',
    wrong: {},
    fields: ({ gate }) => {
      atOnce(gate.services.agencies.suspend(gate.agency.id, 1))
      return {}
    },
  },
  [`${inAgency}/delete`]: { leaves: 'agency.deleted', wrong: {} },
  [`${inAgency}/plan`]: { leaves: 'plan.changed', wrong: {}, fields: { plan: 'growth' } },
  [`${inAgency}/agents`]: { leaves: 'agent.created', wrong: wrongAgent, fields: { name: 'Bea' } },
  [`${inAgency}/agents/:agent`]: { leaves: 'agent.changed', wrong: wrongAgent, fields: { name: 'Bea' } },
  [`${inAgency}/agents/:agent/delete`]: {
    leaves: 'agent.deleted',
    wrong: {},
    instead: ({ gate: { agency, services } }) => ({
      agent: atOnce(services.agents.create(agency.id, { name: 'Bea', provider: 'simulator' }, 0)).id,
    }),
  },
  [`${inAgency}/agents/default`]: {
    leaves: 'default_agent.changed',
    wrong: {},
    fields: { environment: 'staging', agent: '' },
  },
  [`${inAgency}/calls/:call/end`]: { leaves: 'call.ended', wrong: {} },
  [`${inAgency}/calls/:call/release`]: { leaves: 'call.released', wrong: {} },
  [`${inEnvironment}/dialling`]: { leaves: 'dialling.real', wrong: {}, fields: { real: 'true' } },
  '/admin/rules': { leaves: 'policy.changed', wrong: wrongRules, fields: { countries: 'US' } },
  [`${inAgency}/rules`]: { leaves: 'policy.changed', wrong: wrongRules, fields: { countries: 'US' } },
  [`${inAgency}/rules/:environment`]: {
    leaves: 'policy.changed',
    wrong: wrongRules,
    fields: { calls_per_day: '7' },
  },
  '/admin/do-not-call': { leaves: 'dnc.added', wrong: wrongEntry, fields: { phone_number: '+493012345667' } },
  '/admin/do-not-call/remove': {
    leaves: 'dnc.removed',
    wrong: { phone_number: '12' },
    fields: (place) => listed(place, null),
  },
  [`${inAgency}/do-not-call`]: {
    leaves: 'dnc.added',
    wrong: wrongEntry,
    fields: { phone_number: '+493012345667' },
  },
  [`${inAgency}/do-not-call/remove`]: {
    leaves: 'dnc.removed',
    wrong: { phone_number: '+493012345668' },
    fields: (place) => listed(place, place.gate.agency.id),
  },
  [`${inEnvironment}/limits`]: {
    leaves: 'limits.changed',
    wrong: { requests_per_minute: '0', concurrent_calls: 'many' },
    fields: { requests_per_minute: '7', concurrent_calls: '' },
  },
  [`${inEnvironment}/key`]: {
    showsSecret: true,
    leaves: 'key.rotated',
    wrong: {},
    fields: ({ gate }) => ({ replaces: atOnce(gate.services.keys.live(gate.production.id))?.id ?? '' }),
  },
  [`${inEnvironment}/access`]: { leaves: 'access.disabled', wrong: {}, fields: { enabled: 'false' } },
  [`${inEnvironment}/test-call`]: { leaves: 'call.test', wrong: {}, fields: { scenario: '00' } },
  [`${inEnvironment}/predial`]: {
    leaves: 'predial.saved',
    wrong: { url: 'somewhere' },
    fields: { url: 'http://127.0.0.1:9/other' },
  },
  [`${inEnvironment}/predial/secret`]: { showsSecret: true, leaves: 'predial.secret_rotated', wrong: {} },
  [`${inEnvironment}/predial/test`]: { leaves: 'predial.tested', wrong: {} },
  [`${inEnvironment}/predial/remove`]: { leaves: 'predial.removed', wrong: {} },
  [`${inEnvironment}/webhook`]: {
    leaves: 'webhook.saved',
    wrong: { url: 'somewhere' },
    fields: { url: 'http://127.0.0.1:9/other' },
  },
  [`${inEnvironment}/webhook/secret`]: { showsSecret: true, leaves: 'webhook.secret_rotated', wrong: {} },
  [`${inEnvironment}/webhook/test`]: { leaves: 'webhook.tested', wrong: {} },
  [`${inEnvironment}/webhook/access`]: {
    leaves: 'webhook.switched',
    wrong: {},
    fields: { enabled: 'false' },
  },
  [`${inEnvironment}/webhook/remove`]: { leaves: 'webhook.removed', wrong: {} },
  [`${inEnvironment}/webhook/replay`]: { leaves: 'webhook.replayed', wrong: {} },
  [`${inEnvironment}/webhook/deliveries/:delivery/replay`]: { leaves: 'webhook.replayed', wrong: {} },
}

interface Elsewhere {
  wrong: Wrong
  /** The other fields, filled in. */
  fields?: Record<string, string>
}

const inProviders = `${inAgency}/integrations/providers`
const formed: Record<string, string> = {
  account_sid: `AC${'0'.repeat(32)}`,
  twilio_account_sid: `AC${'0'.repeat(32)}`,
  api_key_sid: `SK${'0'.repeat(32)}`,
  hook_secret: `whsec_${'0'.repeat(32)}`,
  hook_header: 'X-Secret',
}
const wrongAccount = ({ credentials }: ProviderKind): Elsewhere => {
  const right = credentials.map(({ name }) => [name, formed[name] ?? 'a-secret-of-24-characters'])
  return {
    fields: { ...Object.fromEntries(right), base_url: 'https://gateway.example' },
    wrong: {
      ...Object.fromEntries(credentials.map(({ name }) => [name, 'two words'])),
      base_url: 'ftp://gateway.example',
    },
  }
}

const number = { phone_number: '+493012345667' }

/**
 * These need a password, a second factor or a provider of their own, or a file, or change nothing: see test/audit.test.ts,
 * second-factor, passkeys and do-not-call.
 */
export const formsElsewhere: Record<string, Elsewhere> = {
  '/admin/setup': {
    fields: account,
    wrong: { token: { token: 'wrong' }, email: 'nobody', password: 'short' },
  },
  // Leaves a line of the agency, and those of its agent: see test/http/admin/setup.test.ts.
  '/admin/setup/agency': { fields: { name: 'Acme' }, wrong: { name: ' ' } },
  '/admin/sign-in': { fields: account, wrong: { password: 'x'.repeat(passwordMost + 1) } },
  '/admin/sign-in/passkey': { wrong: {} },
  '/admin/second-factor': { wrong: { code: 'wrong' } },
  '/admin/confirm': {
    fields: { confirm_path: '/admin/agencies' },
    wrong: { confirm_password: 'wrong', confirm_code: 'wrong' },
  },
  '/admin/account/authenticator': {
    fields: { name: 'Phone', code: '000000' },
    wrong: { name: ' ', code: '000000' },
  },
  '/admin/account/passkey': { wrong: { name: ' ' } },
  '/admin/account/password': {
    fields: { current: 'wrong', password: account.password },
    wrong: { current: 'wrong', password: 'short' },
  },
  '/admin/audit/verify': { wrong: {} },
  '/admin/do-not-call/check': { fields: number, wrong: { phone_number: '12' } },
  '/admin/do-not-call/import': { wrong: { file: '"' } },
  [`${inAgency}/do-not-call/check`]: { fields: number, wrong: { phone_number: '12' } },
  [`${inAgency}/do-not-call/import`]: { wrong: { file: '"' } },
  ...Object.fromEntries(providerKinds.map((kind) => [`${inProviders}/${kind.name}`, wrongAccount(kind)])),
  [`${inProviders}/:provider/remove`]: { wrong: {} },
  [`${inProviders}/:provider/test`]: { wrong: {} },
}

/** Fills a form in; what comes back sends it. */
export const fillIn = (path: string, form: Form, place: Place) => {
  const fields = typeof form.fields === 'function' ? form.fields(place) : form.fields
  const instead = form.instead?.(place)
  return () => place.knock(`POST ${path}`, 'operator', instead, fields)
}
