import { openShelf } from '../../src/http/docs/shelf.ts'
import type { Demo } from './demo.ts'

/** Every page that somebody who is signed in can look at, by its name: a new page is a new line. */
export const pagesOf = ({
  agency,
  agents,
  calls,
  deliveries,
  newAgency,
  refusals,
  token,
}: Demo): Record<string, string> => {
  const home = `/admin/agencies/${agency.id}`
  const api = `${home}/integrations/api`
  const newHome = `/admin/agencies/${newAgency.id}`
  return {
    'gate-overview': '/admin',
    agencies: '/admin/agencies',
    'agencies-alarmed': '/admin/agencies?alarm=key_over_age',
    find: '/admin/find?q=ops@example',
    'find-call': `/admin/find?q=${calls.completed.id}`,
    'find-nothing': '/admin/find?q=nobody',
    overview: home,
    'overview-new': newHome,
    'agency-delete': `${home}/delete`,
    calls: `${home}/calls`,
    'calls-none-found': `${home}/calls?status=canceled&environment=staging&agent=${agents.ben.id}`,
    'calls-none-yet': `${newHome}/calls`,
    call: `${home}/calls/${calls.completed.id}`,
    'call-live': `${home}/calls/${calls.live.id}`,
    'call-release': `${home}/calls/${calls.live.id}/release`,
    slots: `${home}/slots`,
    usage: `${home}/usage`,
    'usage-week': `${home}/usage?range=week&chart=calls`,
    'usage-month': `${home}/usage?range=month&environment=staging`,
    'usage-not-found': `${home}/usage?request=unknown`,
    'usage-none-yet': `${newHome}/usage`,
    request: `${home}/requests/${refusals[0]?.requestId}`,
    rules: '/admin/rules',
    'agency-rules': `${home}/rules`,
    'environment-rules': `${home}/rules/production?number=%2B14155550123`,
    agents: `${home}/agents`,
    'agents-none-yet': `${newHome}/agents`,
    agent: `${home}/agents/${agents.cleo.id}`,
    'agent-delete': `${home}/agents/${agents.cleo.id}/delete`,
    integrations: `${home}/integrations`,
    api,
    'api-new': `${newHome}/integrations/api`,
    limits: `${api}/production/limits`,
    webhook: `${api}/production/webhook?tested=${deliveries.test.id}`,
    'webhook-none': `${api}/staging/webhook`,
    'replay-all': `${api}/production/webhook/replay`,
    predial: `${api}/production/predial`,
    delivery: `${api}/production/webhook/deliveries/${deliveries.dead.id}`,
    rotate: `${api}/production/rotate`,
    provider: `${home}/integrations/providers/vapi`,
    'agency-do-not-call': `${home}/do-not-call`,
    'agency-audit': `${home}/audit`,
    people: '/admin/people',
    tokens: '/admin/tokens',
    'token-revoke': `/admin/tokens/${token.id}/revoke`,
    account: '/admin/account',
    keys: '/admin/keys',
    'key-shown': `${api}/production/key`,
    'second-factors': '/admin/account/second-factor',
    'add-authenticator': '/admin/account/authenticator',
    'add-passkey': '/admin/account/passkey',
    'do-not-call': '/admin/do-not-call',
    alerts: '/admin/alerts',
    audit: '/admin/audit',
    'not-found': '/admin/nothing',
  }
}

/** Every page that somebody who is not signed in can look at. */
export const publicPages = (): Record<string, string> => ({
  'sign-in': '/admin/sign-in',
  'link-code': '/admin/invitation/open',
  'link-error': '/admin/setup/open',
  docs: '/docs',
  ...Object.fromEntries(openShelf().pages.map(({ name }) => [`docs-${name}`, `/docs/${name}`])),
})
