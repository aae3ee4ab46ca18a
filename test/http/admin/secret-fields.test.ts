import { expect, test } from 'bun:test'
import { commandLineActor } from '../../../src/people/actor.ts'
import { invite, inviteToNewPassword } from '../../../src/people/invitation.ts'
import { providerKinds } from '../../../src/providers/kinds.ts'
import { seedDemo } from '../../support/demo.ts'
import { createGate } from '../../support/gate.ts'
import { allowSetup, createOperator, openLink, partsOf } from '../../support/page.ts'
import { pagesOf } from '../../support/pages.ts'

interface Field {
  page: string
  /** Where its form goes. */
  action: string
  name: string
  type: string
  autocomplete: string | null
  className: string | null
}

/** What can be typed into a page, or is filled in by a browser. */
const fieldsIn = async (page: string, html: string) => {
  const fields: Field[] = []
  let action = ''
  const form = (element: HTMLRewriterTypes.Element) => {
    action = element.getAttribute('action') ?? page
  }
  const input = (element: HTMLRewriterTypes.Element) => {
    const type = element.getAttribute('type') ?? 'text'
    if (['hidden', 'submit', 'checkbox', 'radio'].includes(type) || element.hasAttribute('readonly')) return
    fields.push({
      page,
      action,
      name: element.getAttribute('name') ?? '',
      type,
      autocomplete: element.getAttribute('autocomplete'),
      className: element.getAttribute('class'),
    })
  }
  await new HTMLRewriter()
    .on('form', { element: form })
    .on('input, textarea', { element: input })
    .transform(new Response(html))
    .text()
  return fields
}

/** Every page with a form: of the demo, of each provider, and before the sign-in. */
const everyField = async () => {
  const gate = createGate()
  const demo = seedDemo(gate.services, gate.clock.now())
  const { invitations, people } = gate.services
  const fields: Field[] = []
  for (const path of ['/admin/setup/open', '/admin/sign-in'])
    fields.push(...(await fieldsIn(path, await (await gate.request(path)).text())))
  const setup = await openLink(gate, `/admin/setup/open#${allowSetup(gate)}`)
  fields.push(...(await fieldsIn('setup', await setup.text())))

  const { visit, post } = await createOperator(gate)

  const [operator] = people.list()
  if (!operator) throw new Error('there is no operator')
  const { link } = invite(
    invitations,
    { email: 'new@example.com', role: 'operator', agencyId: null },
    commandLineActor,
    '',
    gate.clock.now(),
  )
  const reset = inviteToNewPassword(invitations, operator.person, commandLineActor, '', gate.clock.now())
  const provider = (name: string) => `/admin/agencies/${demo.agency.id}/integrations/providers/${name}`
  const providers = providerKinds.map(({ name }) => provider(name))
  for (const oneTime of [link, reset.link]) {
    const { path } = partsOf(oneTime)
    fields.push(...(await fieldsIn(path, await (await gate.request(`${path}/open`)).text())))
    fields.push(...(await fieldsIn(path, await (await openLink(gate, oneTime)).text())))
  }
  for (const path of [...providers, ...Object.values(pagesOf(demo))])
    fields.push(...(await fieldsIn(path, await (await visit(path)).text())))
  for (const path of providers) fields.push(...(await fieldsIn(path, await (await post(path)).text())))
  return { fields, provider }
}

test('only a person’s own password has a password field, and each says which password it is', async () => {
  const { fields } = await everyField()
  const passwords = fields.filter(({ type }) => type === 'password')
  const own = new Set(passwords.map(({ action, name, autocomplete }) => `${action} ${name} ${autocomplete}`))
  expect([...own].toSorted()).toEqual([
    '/admin/account/password current current-password',
    '/admin/account/password password new-password',
    '/admin/invitation password new-password',
    '/admin/new-password password new-password',
    '/admin/setup password new-password',
    '/admin/sign-in password current-password',
  ])
})

test('no other field is one that a browser fills in with what somebody signs in with', async () => {
  const { fields } = await everyField()
  // No browser fills in a file.
  const others = fields.filter(({ type, name }) => !['password', 'file'].includes(type) && name !== 'email')
  expect(others.length).toBeGreaterThan(30)
  expect(others.filter(({ autocomplete }) => !['off', 'one-time-code'].includes(autocomplete ?? ''))).toEqual(
    [],
  )
})

test('every credential of every provider is entered in a masked field that no password manager knows', async () => {
  const { fields, provider } = await everyField()
  for (const kind of providerKinds)
    for (const { name } of kind.credentials) {
      const found = fields.filter((field) => field.action === provider(kind.name) && field.name === name)
      expect(found.length).toBeGreaterThan(0)
      for (const { type, autocomplete, className } of found)
        expect([kind.name, name, type, autocomplete, className]).toEqual([
          kind.name,
          name,
          'text',
          'off',
          'masked',
        ])
    }
})
