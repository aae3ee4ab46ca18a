import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { textOf } from '../../support/page.ts'
import { populate, visitors } from '../../support/visitors.ts'
import { atOnce } from '../../../src/work.ts'

/** Let in, sent to the sign-in page, told that it is not for them, or that there is no such thing. */
type Verdict = 'in' | 'sign in' | 'refused' | 'unknown'

/** Who may enter a route, by the kind of route. */
const verdicts = {
  open: ['in', 'in', 'in', 'in'],
  'nobody’s': ['unknown', 'unknown', 'unknown', 'unknown'],
  'one’s own': ['sign in', 'in', 'in', 'in'],
  'an agency’s': ['sign in', 'in', 'unknown', 'in'],
  'the operator’s': ['sign in', 'refused', 'refused', 'in'],
} as const satisfies Record<string, readonly Verdict[]>

/** Every route of the page. A new one is let through nowhere before it stands here. */
const routes: Record<keyof typeof verdicts, string[]> = {
  open: [
    'GET /admin/assets/:file',
    'GET /admin/sign-in',
    'POST /admin/sign-in',
    'GET /admin/sign-in/passkey',
    'POST /admin/sign-in/passkey',
    'POST /admin/sign-out',
    'GET /admin/setup',
    'GET /admin/invitation',
    'GET /admin/invitation/open',
    'POST /admin/invitation',
    'GET /admin/new-password',
    'GET /admin/new-password/open',
    'POST /admin/new-password',
  ],
  // Gone as soon as there is somebody.
  'nobody’s': [
    'GET /admin/setup/open',
    'POST /admin/setup',
    // Only with an OpenID Connect provider.
    'GET /admin/sign-in/oidc',
    'GET /admin/sign-in/oidc/callback',
  ],
  'one’s own': [
    'GET /admin/',
    'GET /admin/agencies',
    'GET /admin/find',
    'GET /admin/alerts',
    'GET /admin/account',
    'GET /admin/keys',
    'GET /admin/account/password',
    'POST /admin/account/password',
    'POST /admin/account/time-zone',
    'POST /admin/account/sessions/end',
    'POST /admin/account/sign-out-everywhere',
    'GET /admin/account/second-factor',
    'POST /admin/account/factors/:factor',
    'GET /admin/account/factors/:factor',
    'POST /admin/account/factors/:factor/remove',
    'GET /admin/account/recovery-codes',
    'POST /admin/account/recovery-codes',
    'GET /admin/account/authenticator',
    'POST /admin/account/authenticator',
    'GET /admin/account/passkey',
    'GET /admin/account/passkey/options',
    'POST /admin/account/passkey',
    'GET /admin/second-factor',
    'POST /admin/second-factor',
    'GET /admin/second-factor/passkey',
    'GET /admin/confirm',
    'POST /admin/confirm',
  ],
  'the operator’s': [
    'GET /admin/setup/agency',
    'POST /admin/setup/agency',
    'GET /admin/agencies/:agency/first-call',
    'GET /admin/agencies/:agency/calls/:call/release',
    'POST /admin/agencies/:agency/calls/:call/release',
    'POST /admin/agencies',
    'POST /admin/alerts/webhook',
    'POST /admin/alerts/webhook/secret',
    'POST /admin/alerts/webhook/remove',
    'POST /admin/alerts/test',
    'GET /admin/audit',
    'GET /admin/audit.csv',
    'POST /admin/audit/verify',
    'GET /admin/people',
    'GET /admin/people/invite',
    'POST /admin/people/invite',
    'POST /admin/people/invitations/:invitation/revoke',
    'POST /admin/people/second-factor',
    'GET /admin/people/:person/second-factor',
    'POST /admin/people/:person/second-factor',
    'GET /admin/people/:person/sessions',
    'POST /admin/people/:person/sessions/end',
    'GET /admin/people/:person/remove',
    'POST /admin/people/:person/remove',
    'GET /admin/rules',
    'POST /admin/rules',
    'GET /admin/do-not-call',
    'GET /admin/do-not-call.csv',
    'POST /admin/do-not-call',
    'POST /admin/do-not-call/check',
    'POST /admin/do-not-call/remove',
    'POST /admin/do-not-call/import',
    'GET /admin/style',
    'GET /admin/tokens',
    'POST /admin/tokens',
    'GET /admin/tokens/:token/revoke',
    'POST /admin/tokens/:token/revoke',
    'POST /admin/agencies/:agency/plan',
    'POST /admin/agencies/:agency/suspend',
    'POST /admin/agencies/:agency/resume',
    'GET /admin/agencies/:agency/delete',
    'POST /admin/agencies/:agency/delete',
    'POST /admin/agencies/:agency/integrations/api/:environment/dialling',
    'GET /admin/agencies/:agency/integrations/api/:environment/limits',
    'POST /admin/agencies/:agency/integrations/api/:environment/limits',
  ],
  'an agency’s': [
    'GET /admin/agencies/:agency',
    'POST /admin/alerts/:alert/acknowledge',
    'GET /admin/agencies/:agency/integrations/api/:environment/predial',
    'POST /admin/agencies/:agency/integrations/api/:environment/predial',
    'POST /admin/agencies/:agency/integrations/api/:environment/predial/secret',
    'POST /admin/agencies/:agency/integrations/api/:environment/predial/test',
    'POST /admin/agencies/:agency/integrations/api/:environment/predial/remove',
    'GET /admin/agencies/:agency/audit',
    'GET /admin/agencies/:agency/do-not-call',
    'GET /admin/agencies/:agency/do-not-call.csv',
    'POST /admin/agencies/:agency/do-not-call',
    'POST /admin/agencies/:agency/do-not-call/check',
    'POST /admin/agencies/:agency/do-not-call/remove',
    'POST /admin/agencies/:agency/do-not-call/import',
    'GET /admin/agencies/:agency/audit.csv',
    'GET /admin/agencies/:agency/calls.csv',
    'GET /admin/agencies/:agency/calls.json',
    'GET /admin/agencies/:agency/agents',
    'POST /admin/agencies/:agency/agents',
    'GET /admin/agencies/:agency/agents/:agent',
    'POST /admin/agencies/:agency/agents/:agent',
    'GET /admin/agencies/:agency/agents/:agent/delete',
    'POST /admin/agencies/:agency/agents/:agent/delete',
    'POST /admin/agencies/:agency/agents/default',
    'GET /admin/agencies/:agency/rules',
    'POST /admin/agencies/:agency/rules',
    'GET /admin/agencies/:agency/rules/:environment',
    'POST /admin/agencies/:agency/rules/:environment',
    'GET /admin/agencies/:agency/usage',
    'GET /admin/agencies/:agency/requests/:request',
    'GET /admin/agencies/:agency/usage/live',
    'GET /admin/agencies/:agency/calls',
    'GET /admin/agencies/:agency/slots',
    'GET /admin/agencies/:agency/calls/:call',
    'GET /admin/agencies/:agency/calls/:call/recording',
    'POST /admin/agencies/:agency/calls/:call/end',
    'GET /admin/agencies/:agency/integrations',
    'GET /admin/agencies/:agency/integrations/api',
    'GET /admin/agencies/:agency/integrations/api/:environment/webhook',
    'POST /admin/agencies/:agency/integrations/api/:environment/webhook',
    'POST /admin/agencies/:agency/integrations/api/:environment/webhook/secret',
    'POST /admin/agencies/:agency/integrations/api/:environment/webhook/test',
    'POST /admin/agencies/:agency/integrations/api/:environment/webhook/access',
    'POST /admin/agencies/:agency/integrations/api/:environment/webhook/remove',
    'POST /admin/agencies/:agency/integrations/api/:environment/webhook/replay',
    'GET /admin/agencies/:agency/integrations/api/:environment/webhook/replay',
    'GET /admin/agencies/:agency/integrations/api/:environment/webhook/deliveries/:delivery',
    'POST /admin/agencies/:agency/integrations/api/:environment/webhook/deliveries/:delivery/replay',
    'GET /admin/agencies/:agency/integrations/api/:environment/rotate',
    'GET /admin/agencies/:agency/integrations/api/:environment/key',
    'POST /admin/agencies/:agency/integrations/api/:environment/key',
    'POST /admin/agencies/:agency/integrations/api/:environment/access',
    'POST /admin/agencies/:agency/integrations/api/:environment/test-call',
    'GET /admin/agencies/:agency/integrations/providers/:provider',
    'POST /admin/agencies/:agency/integrations/providers/:provider',
    'POST /admin/agencies/:agency/integrations/providers/:provider/remove',
    'POST /admin/agencies/:agency/integrations/providers/:provider/test',
  ],
}

/** Whoever signs out is sent to the sign-in page too, but with a cookie that ends the session. */
const verdictOf = async (response: Response): Promise<Verdict> => {
  const { status, headers } = response
  if (headers.get('location')?.split('?')[0] === '/admin/sign-in' && !headers.has('set-cookie'))
    return 'sign in'
  if (status === 403) return 'refused'
  // Said of the call, to who may know that it is there.
  if (status === 404) return (await response.text()).includes('Its recording') ? 'in' : 'unknown'
  return 'in'
}

test('every route of the page has its place in the table, and the table names no other', () => {
  const there = createGate().app.routes.filter(({ path }) => path.startsWith('/admin'))
  const names = there.map(({ method, path }) => `${method} ${path}`)
  expect(names.toSorted()).toEqual(Object.values(routes).flat().toSorted())
})

const cells = Object.entries(routes).flatMap(([kind, names]) =>
  names.map((name) => [name, kind as keyof typeof verdicts] as const),
)

test.each(cells)('%s is %s: exactly those who may enter do', async (name, kind) => {
  const found: Verdict[] = []
  for (const visitor of visitors) {
    const { gate, knock } = await populate()
    found.push(await verdictOf(await knock(name, visitor)))
    if (found.at(-1) !== 'in') expect(atOnce(gate.services.audit.list({ limit: 1 }))).toEqual([])
  }
  expect(found).toEqual([...verdicts[kind]])
})

test('what belongs to another agency is not found under one’s own', async () => {
  const parts = /:(agent|call|delivery)\b/
  const deep = routes['an agency’s'].filter((name) => parts.test(name))
  expect(deep.length).toBeGreaterThan(5)
  const { knock, other } = await populate()
  for (const name of deep) {
    const answer = await knock(name, 'other admin', { agency: other.id })
    expect([name, answer.status]).toEqual([name, 404])
  }
})

test('an agency’s admin lands in their agency, and another one is as unknown as none', async () => {
  const { gate, other, cookies } = await populate()
  const headers = { cookie: cookies['other admin'] }
  const landed = await gate.request('/admin/agencies', { headers })
  expect(landed.headers.get('location')).toBe(`/admin/agencies/${other.id}`)
  const [foreign, none] = await Promise.all(
    [gate.agency.id, crypto.randomUUID()].map(async (id) => {
      const response = await gate.request(`/admin/agencies/${id}`, { headers })
      return [response.status, (await textOf(response)).replace(/Request [\w-]+/, '')]
    }),
  )
  expect(foreign).toEqual(none)
})
