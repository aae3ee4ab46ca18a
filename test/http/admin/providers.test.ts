import { expect, test } from 'bun:test'
import { json, serving } from '../../support/fakes/serving.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const password = 'correct-horse-battery'

test.each([
  ['as it is', password],
  ['with blanks around it', ` ${password}  `],
])('nobody’s own password is sent to a provider, %s', async (_, typed) => {
  using vendor = await serving(json([]))
  const gate = createGate()
  const { post } = await createOperator(gate, password)
  const vapiPath = `/admin/agencies/${gate.agency.id}/integrations/providers/vapi`
  const fields = { api_key: 'a-key', hook_secret: 'a-secret-of-24-characters', base_url: vendor.url }
  for (const name of ['api_key', 'hook_secret']) {
    const refused = await post(vapiPath, { ...fields, [name]: typed })
    expect(refused.status).toBe(422)
    const html = await refused.text()
    expect(html).toContain('is your callgate password')
    expect(html).not.toContain(password)
  }
  expect([vendor.seen, atOnce(gate.services.accounts.list(gate.agency.id))]).toEqual([[], []])
  expect((await post(vapiPath, fields)).status).toBe(303)
  expect(vendor.seen).toHaveLength(1)
})

test('a session tells whether a guess is the password at most 20 times a minute', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate)
  const guess = async () =>
    (
      await post(`/admin/agencies/${gate.agency.id}/integrations/providers/bland`, {
        api_key: 'a-guess',
        hook_secret: 'x',
        base_url: 'http://127.0.0.1:1',
      })
    ).status
  for (let tried = 0; tried < 20; tried++) expect(await guess()).toBe(422)
  expect(await guess()).toBe(429)
  await gate.clock.advance(60_000)
  expect(await guess()).toBe(422)
})

test('a value that would be sent to nobody tells nothing of a password, so that one form is no list of guesses', async () => {
  const gate = createGate()
  const { post } = await createOperator(gate, password)
  const path = `/admin/agencies/${gate.agency.id}/integrations/providers/vapi`
  const refused = await post(path, { api_key: 'a-key', hook_secret: 'a-secret', guess: password })
  expect(refused.status).toBe(422)
  const html = await refused.text()
  expect(html).toContain('accepts only these credentials')
  expect(html).not.toContain('is your callgate password')
})

test('the form of an account has its provider’s regions to choose from, where there are any', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const formOf = async (name: string) =>
    (await visit(`/admin/agencies/${gate.agency.id}/integrations/providers/${name}`)).text()
  expect(await formOf('vapi')).toContain(
    '<datalist id="regions"><option value="https://api.eu.vapi.ai">Europe</option>',
  )
  expect(await formOf('twilio')).toContain('<option value="https://api.dublin.ie1.twilio.com">Ireland')
  expect(await formOf('retell')).not.toContain('<datalist')
})

test('each credential’s field is described by where to find it, with a link that gives nothing away', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  const html = await (await visit(`/admin/agencies/${gate.agency.id}/integrations/providers/twilio`)).text()
  expect(html).toMatch(/<input[^>]*name="auth_token"[^>]*aria-describedby="auth_token-help"/)
  const [, help = ''] = /id="auth_token-help"[^>]*>(.*?)<\/div>/s.exec(html) ?? []
  expect(help).toContain('first page of the Twilio Console')
  expect(help).toContain('href="https://console.twilio.com/" target="_blank" rel="noreferrer noopener"')
})
