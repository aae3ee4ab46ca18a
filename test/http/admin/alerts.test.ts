import { expect, test } from 'bun:test'
import { openAlert } from '../../support/alerts.ts'
import { createGate } from '../../support/gate.ts'
import { enter, postForm, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

/** A gate with an alert of each of two agencies, and somebody who is signed in for each, and for all. */
const createAlerted = () => {
  const gate = createGate()
  const { agencies } = gate.services
  const other = atOnce(agencies.create('Other', 'agency', gate.clock.now()))
  const elsewhere = gate.environment('production', other.id).id
  const ours = openAlert(gate, { message: 'Something of Acme', accessDisabled: true, count: 7 })
  const theirs = openAlert(gate, {
    message: 'Something of Other',
    agencyId: other.id,
    environmentId: elsewhere,
  })
  const as = (who: Parameters<typeof enter>[1]) => {
    const { cookie } = enter(gate, who)
    return {
      read: async (path: string) => textOf(await gate.request(path, { headers: { cookie } })),
      post: (path: string, fields = {}) =>
        postForm(gate, path, fields, { cookie, 'sec-fetch-site': 'same-origin' }),
    }
  }
  const operator = as({ role: 'operator' })
  return { gate, ours, theirs, operator, admin: as({ agencyId: gate.agency.id }) }
}

test('every page says how many alerts are open: to operators those of all, to an admin those of their agency', async () => {
  const { gate, operator, admin } = createAlerted()
  for (const path of [`/admin/agencies/${gate.agency.id}/calls`, '/admin/account', '/admin/alerts']) {
    expect(await operator.read(path)).toContain('2 alerts to acknowledge')
    expect(await admin.read(path)).toContain('1 alert to acknowledge')
  }
})

test('an admin sees and acknowledges the alerts of their own agency alone', async () => {
  const { ours, theirs, operator, admin } = createAlerted()
  const page = await admin.read('/admin/alerts')
  expect(page).toContain('Something of Acme. API access was disabled. 7 times until')
  expect(page).not.toContain('Other')
  expect(page).not.toContain('Webhook URL')
  expect((await admin.post(`/admin/alerts/${theirs.id}/acknowledge`)).status).toBe(404)
  expect((await admin.post(`/admin/alerts/${ours.id}/acknowledge`)).status).toBe(303)
  expect(await admin.read('/admin/account')).not.toContain('to acknowledge')
  expect(await operator.read('/admin/alerts')).toContain('1 alert to acknowledge')
})

test('an operator acknowledges all at once, which is audited once', async () => {
  const { gate, operator } = createAlerted()
  expect((await operator.post('/admin/alerts/all/acknowledge')).status).toBe(303)
  expect((await operator.post('/admin/alerts/all/acknowledge')).status).toBe(303)
  expect(await operator.read('/admin/alerts')).not.toContain('to acknowledge')
  const lines = atOnce(gate.services.audit.list({ limit: 9 })).filter(
    ({ action }) => action === 'alert.acknowledged',
  )
  expect(lines.map(({ target }) => target)).toEqual(['2'])
})

test('the webhook’s secret is in the one response that makes it, and a bad URL says why', async () => {
  const { operator } = createAlerted()
  const made = await (await operator.post('/admin/alerts/webhook', { url: 'http://127.0.0.1:9/' })).text()
  const [secret = ''] = /whsec_[\w+/=]{40,}/.exec(made) ?? []
  expect(secret).not.toBe('')
  expect(await operator.read('/admin/alerts')).not.toContain(secret)
  const rejected = await operator.post('/admin/alerts/webhook', { url: 'ftp://example.com' })
  expect(rejected.status).toBe(422)
  expect(await textOf(rejected)).toContain('This URL cannot be used')
})
