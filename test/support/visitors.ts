import { assetUrls } from '../../src/http/page/assets/index.ts'
import { newTotpSecret } from '../../src/people/totp.ts'
import { tokenHash } from '../../src/keys/token.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createToken } from '../../src/people/operations/tokens.ts'
import { gateOwner } from '../../src/alerts/webhook.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import { openAlert } from './alerts.ts'
import { createGate } from './gate.ts'
import { enter, linkTo, postForm } from './page.ts'
import { withoutAuditTriggers } from './unbound.ts'
import { listen } from './webhooks.ts'
import { atOnce } from '../../src/work.ts'

export const visitors = ['anonymous', 'own admin', 'other admin', 'operator'] as const
type Visitor = (typeof visitors)[number]

/** A gate with two agencies, an admin of each, an operator, and something behind every path. */
export const populate = async () => {
  const gate = createGate()
  const { agencies, calls, invitations } = gate.services
  const now = gate.clock.now()
  const other = atOnce(agencies.create('Other', 'agency', now))
  const cookies: Record<Visitor, string> = { anonymous: '', 'own admin': '', 'other admin': '', operator: '' }
  const factors: Record<Visitor, string> = { ...cookies, anonymous: crypto.randomUUID() }
  const admit = (visitor: Visitor, as: Parameters<typeof enter>[1]) => {
    const entered = enter(gate, as)
    cookies[visitor] = entered.cookie
    factors[visitor] = crypto.randomUUID()
    const factor = { id: factors[visitor], personId: entered.person.id, name: 'Phone', createdAt: now }
    atOnce(gate.services.factors.addTotp(factor, newTotpSecret(), 0))
  }
  admit('own admin', { agencyId: gate.agency.id })
  admit('other admin', { agencyId: other.id })
  admit('operator', { role: 'operator' })
  const { person } = enter(gate, { role: 'operator' })
  atOnce(invitations.add(linkTo({ hash: tokenHash('invited'), createdAt: now })))
  atOnce(invitations.add(linkTo({ hash: tokenHash('reset'), createdAt: now, personId: person.id })))
  const { id: tokenId } = await gate.services.perform(
    createToken,
    { name: 'ci', permission: ['key.*'] },
    commandLineActor,
  )
  withoutAuditTriggers(gate.database.sqlite, () => gate.database.sqlite.run('delete from audit'))
  const account = {
    agencyId: gate.agency.id,
    provider: 'vapi',
    baseUrl: null,
    credentials: { api_key: 'a key' },
  }
  atOnce(gate.services.accounts.save(account, now))
  await gate.trigger()
  listen(gate, 'http://127.0.0.1:9/hook')
  atOnce(gate.services.alertWebhook.save(gateOwner, 'http://127.0.0.1:9/alerts', mintWebhookSecret(), now))
  atOnce(
    gate.services.predialHooks.save(gate.production.id, 'http://127.0.0.1:9/ask', mintWebhookSecret(), now),
  )
  const told = { environmentId: gate.production.id, callId: null, payload: '{}', createdAt: now } as const
  const delivery = newDelivery({ ...told, event: 'test' })
  atOnce(gate.services.deliveries.insert({ ...delivery, state: 'dead' }))
  const requestId = Bun.randomUUIDv7()
  const counters = { requests: 100, requestLimit: 100, calls: 1, callLimit: 10 }
  gate.services.usage.refuseAdmitted({
    requestId,
    environmentId: gate.production.id,
    keyId: atOnce(gate.services.keys.live(gate.production.id))?.id ?? '',
    at: now,
    code: 'no_agent',
    route: 'POST /api/v1/calls/trigger',
    address: '203.0.113.7',
    ...counters,
  })
  const behind: Record<string, string | undefined> = {
    agency: gate.agency.id,
    alert: openAlert(gate).id,
    agent: gate.agent.id,
    call: atOnce(calls.holdingSlots())[0]?.id,
    delivery: delivery.id,
    environment: 'production',
    factor: factors.operator,
    file: assetUrls.stylesheet.split('/').at(-1),
    invitation: tokenHash('invited'),
    person: person.id,
    provider: 'vapi',
    request: requestId,
    token: tokenId,
  }

  /** A path with what stands behind its parameters. */
  const fill = (path: string, instead: Record<string, string> = {}) =>
    path.replaceAll(/:(\w+)/g, (_, name: string) => {
      const value = instead[name] ?? behind[name]
      if (value === undefined) throw new Error(`nothing stands behind :${name}`)
      return value
    })

  /** Asks for a route as one of the visitors, with the token of its link where it is behind one. */
  const knock = (
    route: string,
    visitor: Visitor,
    instead: Record<string, string> = {},
    fields: Record<string, string> = {},
  ) => {
    const [method = '', path = ''] = route.split(' ')
    const target = fill(path, { factor: factors[visitor], ...instead })
    const token = target.endsWith('/new-password') ? 'reset' : 'invited'
    const headers = { cookie: cookies[visitor], 'sec-fetch-site': 'same-origin' }
    return method === 'GET'
      ? gate.request(target, { headers })
      : postForm(gate, target, { token, ...fields }, headers)
  }
  return { gate, other, cookies, fill, knock }
}
