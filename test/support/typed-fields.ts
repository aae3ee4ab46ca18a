import { commandLineActor } from '../../src/people/actor.ts'
import { invite, inviteToNewPassword } from '../../src/people/invitation.ts'
import { providerKinds } from '../../src/providers/kinds.ts'
import { seedDemo } from './demo.ts'
import { createGate } from './gate.ts'
import { allowSetup, createOperator, openLink, partsOf } from './page.ts'
import { pagesOf } from './pages.ts'
import { atOnce } from '../../src/work.ts'

interface Field {
  page: string
  /** Where its form goes. */
  action: string
  isPosted: boolean
  name: string
  type: string
  autocomplete: string | null
  className: string | null
}

/** What can be typed into a page, or is filled in by a browser. */
const fieldsIn = async (page: string, html: string) => {
  const fields: Field[] = []
  let action = ''
  let isPosted = false
  const form = (element: HTMLRewriterTypes.Element) => {
    action = element.getAttribute('action') ?? page
    isPosted = element.getAttribute('method') === 'post'
  }
  const input = (element: HTMLRewriterTypes.Element) => {
    const type = element.getAttribute('type') ?? 'text'
    if (['hidden', 'submit', 'checkbox', 'radio'].includes(type) || element.hasAttribute('readonly')) return
    fields.push({
      page,
      action,
      isPosted,
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
export const everyField = async () => {
  const gate = createGate()
  const demo = seedDemo(gate.services, gate.clock.now())
  const { invitations, people } = gate.services
  const fields: Field[] = []
  for (const path of ['/admin/setup/open', '/admin/sign-in'])
    fields.push(...(await fieldsIn(path, await (await gate.request(path)).text())))
  const setup = await openLink(gate, `/admin/setup/open#${allowSetup(gate)}`)
  fields.push(...(await fieldsIn('setup', await setup.text())))

  const { visit, post } = await createOperator(gate)

  const [operator] = atOnce(people.list())
  if (!operator) throw new Error('there is no operator')
  const { link } = atOnce(
    invite(
      invitations,
      { email: 'new@example.com', role: 'operator', agencyId: null },
      commandLineActor,
      '',
      gate.clock.now(),
    ),
  )
  const reset = atOnce(
    inviteToNewPassword(invitations, operator.person, commandLineActor, '', gate.clock.now()),
  )
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
  return { fields, provider, app: gate.app }
}
