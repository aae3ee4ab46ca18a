import type { Demo } from './demo.ts'

/** Every page that somebody who is signed in can look at, by its name: a new page is a new line. */
export const pagesOf = ({ agency, agents, calls, deliveries, token }: Demo): Record<string, string> => {
  const home = `/admin/agencies/${agency.id}`
  const api = `${home}/integrations/api`
  return {
    agencies: '/admin/agencies',
    overview: home,
    'agency-delete': `${home}/delete`,
    calls: `${home}/calls`,
    'calls-none-found': `${home}/calls?status=canceled&environment=staging&agent=${agents.ben.id}`,
    call: `${home}/calls/${calls.completed.id}`,
    'call-live': `${home}/calls/${calls.live.id}`,
    'call-release': `${home}/calls/${calls.live.id}/release`,
    slots: `${home}/slots`,
    usage: `${home}/usage`,
    'usage-not-found': `${home}/usage?request=unknown`,
    rules: '/admin/rules',
    'agency-rules': `${home}/rules`,
    'environment-rules': `${home}/rules/production?number=%2B14155550123`,
    agents: `${home}/agents`,
    agent: `${home}/agents/${agents.cleo.id}`,
    'agent-delete': `${home}/agents/${agents.cleo.id}/delete`,
    integrations: `${home}/integrations`,
    api,
    limits: `${api}/production/limits`,
    webhook: `${api}/production/webhook?tested=${deliveries.test.id}`,
    'webhook-none': `${api}/staging/webhook`,
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
    'second-factors': '/admin/account/second-factor',
    'add-authenticator': '/admin/account/authenticator',
    'add-passkey': '/admin/account/passkey',
    'do-not-call': '/admin/do-not-call',
    alerts: '/admin/alerts',
    audit: '/admin/audit',
    'not-found': '/admin/nothing',
  }
}
