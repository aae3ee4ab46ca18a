import { gateOwner } from '../../src/alerts/webhook.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import type { Reason } from '../../src/failures.ts'
import type { Opened, World } from './world.ts'
import { atOnce } from '../../src/work.ts'

type Facts = World['facts']
type Input = Record<string, unknown>

/** A form of the page, or, without fields, a page to look at. */
export interface PageForm {
  path: string
  fields?: Record<string, string>
}

interface Asked {
  input: Input
  /** How the page asks for the same; else why it has no form for it. */
  page: PageForm | string
  /** The fields for which the form stands for something else. */
  atPage?: Input
}

interface OperationCase extends Asked {
  /** Makes the world as it takes it. */
  prepare?: (opened: Opened) => void
  /** What of its output has the same value a moment later. */
  lasting?: (output: never) => unknown
  /** Asked so, it is refused by itself, whoever asks. */
  refused?: Asked[]
  /** Asked so, it ends something, where it does not as it is asked usually. */
  ending?: Input
  /** How the page asks for that. */
  endingPage?: PageForm
  /** What it is refused with where no server runs, beside what needs one by its definition. */
  withoutServer?: Reason
}

/** Lists a number, as it stands in no test but as an entry. */
const list = ({ doNotCall }: Opened['services'], owner: string | null) => {
  const entry = { source: 'manual', reason: 'asked', addedAt: 1, expiresAt: null }
  atOnce(doNotCall.replace(owner, { phoneNumber: '+493012345667', ...entry }))
}

const noForm = 'the page has no form for it'
const noSuchForm = 'the form cannot say it'
const email = 'new@example.com'
const unknown = '00000000-0000-4000-8000-000000000000'

/**
 * Every operation of the list: how it is asked for by name and at the page, and what it refuses by itself. Where the page
 * has no form it says so.
 */
export const operationCases = (facts: Facts): Record<string, OperationCase> => {
  const { agency, other } = facts
  const here = `/admin/agencies/${agency}`
  const production = { agency, environment: 'production' }
  const staging = { agency, environment: 'staging' }
  const inProduction = `${here}/integrations/api/production`
  const inStaging = `${here}/integrations/api/staging`
  const look = (path: string): PageForm => ({ path })
  const form = (path: string, fields: Record<string, string> = {}): PageForm => ({ path, fields })
  const nothing = (path: string): Asked => ({ input: staging, page: form(path) })

  return {
    'agency.create': {
      input: { name: 'Third', plan: 'growth' },
      page: form('/admin/agencies', { name: 'Third', plan: 'growth' }),
      refused: [
        {
          input: { name: ' ', plan: 'agency' },
          page: form('/admin/agencies', { name: ' ', plan: 'agency' }),
        },
      ],
    },
    'agency.list': { input: {}, page: look('/admin/agencies') },
    'agency.show': { input: { agency }, page: look(here) },
    'agency.rename': {
      input: { agency, name: 'Acme Voice' },
      page: noForm,
      refused: [{ input: { agency, name: '' }, page: noForm }],
    },
    'agency.plan': { input: { agency, plan: 'starter' }, page: form(`${here}/plan`, { plan: 'starter' }) },
    'agency.suspend': { input: { agency }, page: form(`${here}/suspend`) },
    'agency.resume': {
      input: { agency },
      page: form(`${here}/resume`),
      prepare: ({ services }) => atOnce(services.agencies.suspend(agency, 1)),
    },
    'agency.delete': { input: { agency }, page: form(`${here}/delete`), withoutServer: 'server_needed' },
    'environment.show': { input: production, page: look(`${here}/integrations/api`) },
    'environment.dial': {
      input: { ...staging, real: true },
      page: form(`${inStaging}/dialling`, { real: 'true' }),
      refused: [
        { input: { ...staging, real: true, simulated: true }, page: noSuchForm },
        { input: staging, page: noSuchForm },
      ],
    },
    'policy.show': {
      input: production,
      page: look(`${here}/rules/production`),
    },
    'policy.set': {
      input: { agency, countries: 'DE, AT', calls_to_number_per_day: 3 },
      page: form(`${here}/rules`, { countries: 'DE, AT', calls_to_number_per_day: '3' }),
      refused: [
        {
          input: { agency, countries: 'Germany' },
          page: form(`${here}/rules`, { countries: 'Germany' }),
        },
        { input: { agency }, page: form(`${here}/rules`) },
        {
          input: { ...production, hours: 'always' },
          page: form(`${here}/rules/production`, { hours: 'always' }),
        },
        { input: { cost_per_day: '12' }, page: form('/admin/rules', { cost_per_day: '12' }) },
      ],
    },
    'policy.explain': {
      input: { ...production, phone_number: '+14155550123' },
      page: look(`${here}/rules/production?number=%2B14155550123`),
      refused: [
        {
          input: { ...production, phone_number: 'home' },
          page: noSuchForm,
        },
      ],
    },
    'environment.limits': {
      input: { ...production, requests_per_minute: 7, concurrent_calls: null },
      page: form(`${inProduction}/limits`, { requests_per_minute: '7', concurrent_calls: '' }),
      refused: [
        {
          input: { ...production, requests_per_minute: 0, concurrent_calls: null },
          page: form(`${inProduction}/limits`, { requests_per_minute: '0', concurrent_calls: '' }),
        },
        { input: production, page: noSuchForm },
      ],
    },
    'agent.create': {
      input: { agency, name: 'Cid', provider: 'http', ref: 'sales', from: '+15550001111' },
      page: form(`${here}/agents`, { name: 'Cid', provider: 'http', ref: 'sales', from: '+15550001111' }),
      refused: [
        {
          input: { agency, name: 'Cid', provider: 'vapi' },
          page: form(`${here}/agents`, { name: 'Cid', provider: 'vapi' }),
        },
        { input: { agency, name: '' }, page: form(`${here}/agents`, { name: '' }) },
      ],
    },
    'agent.list': { input: { agency }, page: look(`${here}/agents`) },
    'agent.show': {
      input: { agency, agent: facts.agent },
      page: look(`${here}/agents/${facts.agent}`),
      refused: [{ input: { agency, agent: unknown }, page: look(`${here}/agents/${unknown}`) }],
    },
    'agent.change': {
      input: { agency, agent: facts.agent, name: 'Anna' },
      page: form(`${here}/agents/${facts.agent}`, { name: 'Anna' }),
      refused: [
        { input: { agency, agent: facts.agent }, page: form(`${here}/agents/${facts.agent}`) },
        {
          input: { agency, agent: unknown, name: 'Anna' },
          page: form(`${here}/agents/${unknown}`, { name: 'Anna' }),
        },
      ],
    },
    'agent.default': {
      input: { ...staging, agent: facts.idle },
      page: form(`${here}/agents/default`, { environment: 'staging', agent: facts.idle }),
      ending: { ...production, none: true },
      endingPage: form(`${here}/agents/default`, { environment: 'production', agent: '' }),
      refused: [
        {
          input: { ...staging, agent: unknown },
          page: form(`${here}/agents/default`, { environment: 'staging', agent: unknown }),
        },
        { input: staging, page: noSuchForm },
      ],
    },
    'agent.delete': {
      input: { agency, agent: facts.idle },
      page: form(`${here}/agents/${facts.idle}/delete`),
      refused: [
        { input: { agency, agent: facts.agent }, page: form(`${here}/agents/${facts.agent}/delete`) },
        { input: { agency, agent: unknown }, page: form(`${here}/agents/${unknown}/delete`) },
      ],
    },
    'provider.set': {
      input: {
        agency,
        provider: 'http',
        base_url: `${facts.diallerUrl}?again`,
        credential: { hook_secret: facts.diallerSecret },
      },
      page: form(`${here}/integrations/providers/http`, {
        base_url: `${facts.diallerUrl}?again`,
        hook_secret: facts.diallerSecret,
      }),
      refused: [
        {
          input: { agency, provider: 'http', base_url: 'somewhere' },
          page: form(`${here}/integrations/providers/http`, { base_url: 'somewhere' }),
        },
      ],
    },
    'provider.list': { input: { agency }, page: look(`${here}/integrations`) },
    'provider.test': {
      input: { agency, provider: 'http' },
      page: form(`${here}/integrations/providers/http/test`),
      refused: [
        { input: { agency, provider: 'vapi' }, page: form(`${here}/integrations/providers/vapi/test`) },
      ],
    },
    'provider.remove': {
      input: { agency, provider: 'http' },
      page: form(`${here}/integrations/providers/http/remove`),
      refused: [
        { input: { agency, provider: 'vapi' }, page: form(`${here}/integrations/providers/vapi/remove`) },
      ],
    },
    'key.generate': {
      input: { ...staging, replaces: '' },
      page: form(`${inStaging}/key`, { replaces: '' }),
      ending: production,
      endingPage: form(`${inProduction}/key`, { replaces: facts.key }),
      refused: [
        { input: { ...production, replaces: '' }, page: form(`${inProduction}/key`, { replaces: '' }) },
        {
          input: { ...production, replaces: unknown },
          page: form(`${inProduction}/key`, { replaces: unknown }),
        },
      ],
    },
    'key.rotate': {
      input: { ...production, replaces: facts.key },
      page: form(`${inProduction}/key`, { replaces: facts.key }),
      refused: [{ input: staging, page: noSuchForm }],
    },
    'key.enable': { input: production, page: form(`${inProduction}/access`, { enabled: 'true' }) },
    'key.disable': { input: production, page: form(`${inProduction}/access`, { enabled: 'false' }) },
    'key.show': { input: production, page: look(`${here}/integrations/api`) },
    'webhook.set': {
      input: { ...production, url: `${facts.webhookUrl}/other`, rotate_secret: true },
      // It has another form for that.
      atPage: { rotate_secret: false },
      page: form(`${inProduction}/webhook`, { url: `${facts.webhookUrl}/other` }),
      refused: [
        {
          input: { ...staging, url: 'somewhere' },
          page: form(`${inStaging}/webhook`, { url: 'somewhere' }),
        },
      ],
    },
    'webhook.test': {
      input: production,
      page: form(`${inProduction}/webhook/test`),
      refused: [nothing(`${inStaging}/webhook/test`)],
    },
    'webhook.deliveries': { input: production, page: look(`${inProduction}/webhook`) },
    'webhook.replay': {
      input: { ...production, delivery: facts.delivery },
      page: form(`${inProduction}/webhook/deliveries/${facts.delivery}/replay`),
      refused: [
        { input: { ...staging, dead: true }, page: form(`${inStaging}/webhook/replay`) },
        {
          input: { ...production, delivery: unknown },
          page: form(`${inProduction}/webhook/deliveries/${unknown}/replay`),
        },
        { input: production, page: noSuchForm },
      ],
    },
    'webhook.rotate': {
      input: production,
      page: form(`${inProduction}/webhook/secret`),
      refused: [nothing(`${inStaging}/webhook/secret`)],
    },
    'webhook.enable': {
      input: production,
      page: form(`${inProduction}/webhook/access`, { enabled: 'true' }),
      prepare: ({ sqlite }) => sqlite.run('update webhooks set enabled = 0'),
      refused: [{ input: staging, page: form(`${inStaging}/webhook/access`, { enabled: 'true' }) }],
    },
    'webhook.disable': {
      input: production,
      page: form(`${inProduction}/webhook/access`, { enabled: 'false' }),
      refused: [{ input: staging, page: form(`${inStaging}/webhook/access`, { enabled: 'false' }) }],
    },
    'webhook.remove': {
      input: production,
      page: form(`${inProduction}/webhook/remove`),
      refused: [nothing(`${inStaging}/webhook/remove`)],
    },
    'predial.set': {
      input: { ...production, url: `${facts.webhookUrl}/ask` },
      page: form(`${inProduction}/predial`, { url: `${facts.webhookUrl}/ask` }),
      refused: [
        {
          input: { ...staging, url: 'somewhere' },
          page: form(`${inStaging}/predial`, { url: 'somewhere' }),
        },
      ],
    },
    'predial.show': {
      input: production,
      page: look(`${inProduction}/predial`),
      refused: [{ input: staging, page: noSuchForm }],
    },
    'predial.test': {
      input: production,
      page: form(`${inProduction}/predial/test`),
      refused: [nothing(`${inStaging}/predial/test`)],
    },
    'predial.remove': {
      input: production,
      page: form(`${inProduction}/predial/remove`),
      refused: [nothing(`${inStaging}/predial/remove`), nothing(`${inStaging}/predial/secret`)],
    },
    'call.trigger': {
      input: {
        ...production,
        phone_number: '+12025550107',
        simulated: true,
        agent_id: facts.agent,
        metadata: { test: true },
      },
      page: form(`${inProduction}/test-call`, { scenario: '07' }),
      refused: [
        { input: { ...production, phone_number: '12', simulated: true }, page: noSuchForm },
        {
          input: { ...production, phone_number: '+12025550107', agent_id: unknown, simulated: true },
          page: noSuchForm,
        },
      ],
    },
    'call.list': {
      input: { agency },
      page: look(`${here}/calls`),
      refused: [{ input: { agency, limit: 0 }, page: noSuchForm }],
    },
    'call.show': {
      input: { agency, call: facts.call },
      page: look(`${here}/calls/${facts.call}`),
      refused: [{ input: { agency, call: unknown }, page: look(`${here}/calls/${unknown}`) }],
    },
    'call.end': {
      input: { agency, call: facts.call },
      page: form(`${here}/calls/${facts.call}/end`),
      refused: [{ input: { agency, call: unknown }, page: form(`${here}/calls/${unknown}/end`) }],
    },
    'call.release': {
      input: { agency, call: facts.call },
      page: form(`${here}/calls/${facts.call}/release`),
      refused: [{ input: { agency, call: unknown }, page: form(`${here}/calls/${unknown}/release`) }],
    },
    'call.forget': {
      input: { agency, phone: '+15551234501' },
      page: noForm,
      refused: [
        { input: { agency, phone: '+15551234507' }, page: noForm },
        { input: { agency, phone: '12' }, page: noForm },
      ],
    },
    'dnc.add': {
      input: { agency, phone_number: '+493012345667', reason: 'asked' },
      page: form(`${here}/do-not-call`, { phone_number: '+493012345667', reason: 'asked' }),
      refused: [
        {
          input: { agency, phone_number: '03012345667' },
          page: form(`${here}/do-not-call`, { phone_number: '03012345667' }),
        },
        {
          input: { phone_number: '+493012345667', expires_at: '2020-01-01T23:59:59Z' },
          page: form('/admin/do-not-call', { phone_number: '+493012345667', expires_on: '2020-01-01' }),
        },
      ],
    },
    'dnc.remove': {
      input: { agency, phone_number: '+493012345667' },
      page: form(`${here}/do-not-call/remove`, { phone_number: '+493012345667' }),
      prepare: ({ services }) => list(services, agency),
      refused: [
        {
          input: { agency, phone_number: '+493012345668' },
          page: form(`${here}/do-not-call/remove`, { phone_number: '+493012345668' }),
        },
        {
          input: { phone_number: '03012345667' },
          page: form('/admin/do-not-call/remove', { phone_number: '03012345667' }),
        },
      ],
    },
    'dnc.check': {
      input: { agency, phone_number: '+493012345667' },
      page: form(`${here}/do-not-call/check`, { phone_number: '+493012345667' }),
      refused: [
        {
          input: { phone_number: '03012345667' },
          page: form('/admin/do-not-call/check', { phone_number: '03012345667' }),
        },
      ],
      prepare: ({ services }) => {
        list(services, agency)
        list(services, null)
      },
    },
    'dnc.list': {
      input: { agency },
      page: look(`${here}/do-not-call`),
      prepare: ({ services }) => list(services, agency),
      refused: [
        { input: { agency, before: 'nothing' }, page: look(`${here}/do-not-call?before=nothing`) },
        {
          input: { agency, before: 'f'.repeat(32) },
          page: look(`${here}/do-not-call?before=${'f'.repeat(32)}`),
        },
      ],
    },
    'dnc.import': {
      input: { agency, entries: [{ phone_number: '+493012345667' }, { phone_number: '0301234' }] },
      page: 'the page imports a file, in parts',
      refused: [
        { input: { agency, entries: [{ phone_number: '+493012345667' }], source: '!' }, page: noSuchForm },
      ],
    },
    'dnc.export': {
      input: { agency },
      page: look(`${here}/do-not-call.csv`),
      prepare: ({ services }) => list(services, agency),
      refused: [{ input: { agency, after: 'nothing' }, page: noSuchForm }],
    },
    'server.warnings': {
      input: {},
      page: 'operators see it on the page of agencies, from which others are redirected',
    },
    'usage.show': {
      input: { agency },
      page: look(`${here}/usage`),
      // The minutes and days begin at another time when the clock of a command has gone on.
      lasting: (shown: { minutes: object[]; days: object[] }[]) =>
        shown.map(({ minutes, days, ...rest }) => ({ ...rest, minutes: minutes.length, days: days.length })),
    },
    'usage.refusals': {
      input: { agency },
      page: look(`${here}/usage`),
      refused: [{ input: { agency, limit: 0 }, page: noSuchForm }],
    },
    'audit.list': {
      input: { agency },
      page: look(`${here}/audit`),
      refused: [{ input: { agency, before: 'yesterday' }, page: noSuchForm }],
    },
    'gate.verify-audit': { input: {}, page: form('/admin/audit/verify') },
    'alert.list': {
      input: {},
      page: look('/admin/alerts'),
      refused: [{ input: { limit: 0 }, page: noSuchForm }],
    },
    'alert.acknowledge': {
      input: { alert: facts.alert },
      page: form(`/admin/alerts/${facts.alert}/acknowledge`),
      refused: [
        { input: { alert: unknown }, page: form(`/admin/alerts/${unknown}/acknowledge`) },
        { input: {}, page: noSuchForm },
      ],
    },
    'alert.webhook': {
      input: { url: `${facts.webhookUrl}/alerts` },
      page: form('/admin/alerts/webhook', { url: `${facts.webhookUrl}/alerts` }),
      prepare: ({ services }) =>
        atOnce(services.alertWebhook.save(gateOwner, facts.webhookUrl, mintWebhookSecret(), 1)),
      ending: { none: true },
      endingPage: form('/admin/alerts/webhook/remove'),
      refused: [
        { input: { url: 'somewhere' }, page: form('/admin/alerts/webhook', { url: 'somewhere' }) },
        { input: { url: '', rotate_secret: true }, page: form('/admin/alerts/webhook/secret') },
        { input: { none: true }, page: form('/admin/alerts/webhook/remove') },
        { input: {}, page: noSuchForm },
      ],
    },
    'alert.test': {
      input: {},
      page: form('/admin/alerts/test'),
      prepare: ({ services }) =>
        atOnce(services.alertWebhook.save(gateOwner, facts.webhookUrl, mintWebhookSecret(), 1)),
    },
    'person.setup': {
      input: {},
      page: noForm,
      prepare: ({ sqlite }) => {
        sqlite.run('delete from sessions')
        sqlite.run('delete from people')
      },
      refused: [{ input: {}, page: noForm }],
    },
    'person.list': { input: {}, page: look('/admin/people') },
    'person.invite': {
      input: { email, agency: other },
      page: form('/admin/people/invite', { email, agency: other }),
      refused: [
        { input: { email }, page: noSuchForm },
        { input: { email, agency: unknown }, page: form('/admin/people/invite', { email, agency: unknown }) },
        { input: { email: '', agency: other }, page: form('/admin/people/invite', { agency: other }) },
      ],
    },
    'person.invitations': { input: {}, page: look('/admin/people') },
    'person.revoke': {
      input: { invitation: facts.invitation },
      page: form(`/admin/people/invitations/${facts.invitation}/revoke`),
      refused: [{ input: { invitation: 'that one' }, page: noSuchForm }],
    },
    'person.reset': {
      input: { person: facts.person },
      page: noForm,
      refused: [{ input: { person: 'nobody@example.com' }, page: noForm }],
    },
    'person.second-factor-reset': {
      input: { person: facts.person },
      page: form(`/admin/people/${facts.person}/second-factor`),
      refused: [{ input: { person: unknown }, page: form(`/admin/people/${unknown}/second-factor`) }],
    },
    'gate.show': { input: {}, page: look('/admin/people') },
    'gate.second-factor': {
      input: { required: 'operators' },
      page: form('/admin/people/second-factor', { required: 'operators' }),
    },
    'person.remove': {
      input: { person: facts.person },
      page: form(`/admin/people/${facts.person}/remove`),
      refused: [{ input: { person: unknown }, page: form(`/admin/people/${unknown}/remove`) }],
    },
    'session.list': {
      input: { person: facts.person },
      page: look(`/admin/people/${facts.person}/sessions`),
      refused: [{ input: { person: unknown }, page: look(`/admin/people/${unknown}/sessions`) }],
    },
    'person.time-zone': {
      input: { person: facts.person, time_zone: 'Europe/Berlin' },
      page: 'people set it themselves, for their own account',
      refused: [
        { input: { person: unknown, time_zone: 'UTC' }, page: noForm },
        { input: { person: facts.person, time_zone: 'Mars/Olympus' }, page: noForm },
      ],
    },
    'session.end': {
      input: { person: facts.person },
      page: form(`/admin/people/${facts.person}/sessions/end`),
      refused: [
        { input: { person: unknown }, page: form(`/admin/people/${unknown}/sessions/end`) },
        {
          input: { person: facts.person, session: 'that one' },
          page: form(`/admin/people/${facts.person}/sessions/end`, { session: 'that one' }),
        },
      ],
    },
    'token.create': {
      input: { name: 'bot', permission: ['token.create'], agency, allow_from: ['10.0.0.0/8'] },
      page: form('/admin/tokens', {
        name: 'bot',
        permission: 'token.create',
        agency,
        allow_from: '10.0.0.0/8',
      }),
      refused: [
        {
          input: { name: 'bot', permission: ['KEYS'] },
          page: form('/admin/tokens', { name: 'bot', permission: 'KEYS' }),
        },
        {
          input: { name: 'bot', permission: ['key.*'], expires_at: '2020-01-01T23:59:59Z' },
          page: form('/admin/tokens', { name: 'bot', permission: 'key.*', expires_on: '2020-01-01' }),
        },
        {
          input: { name: 'bot', permission: ['key.*'], allow_from: ['home'] },
          page: form('/admin/tokens', { name: 'bot', permission: 'key.*', allow_from: 'home' }),
        },
      ],
    },
    'token.list': { input: {}, page: look('/admin/tokens') },
    'token.revoke': {
      input: { token: facts.token },
      page: form(`/admin/tokens/${facts.token}/revoke`),
      refused: [{ input: { token: unknown }, page: form(`/admin/tokens/${unknown}/revoke`) }],
    },
  }
}
