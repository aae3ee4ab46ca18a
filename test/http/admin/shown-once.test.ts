import { expect, test } from 'bun:test'
import { addApp, codeOf, createVisitor } from '../../support/authenticator.ts'
import { json, serving } from '../../support/fakes/serving.ts'
import { createGate, type Gate } from '../../support/gate.ts'
import { pageForms } from '../../support/page-forms.ts'
import { createOperator, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

type Fields = Record<string, string>
interface Case {
  /** The page with the form, and where the form goes. */
  page: string
  form: string
  fields?: (gate: Gate, html: string) => Fields
  prepare?: (gate: Gate, visitor: ReturnType<typeof createVisitor>) => Promise<unknown>
  only: string
}

const hook = { url: 'http://127.0.0.1:9/hook' }
const inProduction = '/admin/agencies/:agency/integrations/api/production'
const provider = '/admin/agencies/:agency/integrations/providers/http'
const saved =
  (path: string) =>
  (gate: Gate, { post }: ReturnType<typeof createVisitor>) =>
    post(path.replace(':agency', gate.agency.id), hook)
const signing = 'A signing secret is shown only once.'
const secretOf = (html: string) => /id="totp-secret"[^>]*value="([A-Z2-7]{32})"/.exec(html)?.[1] ?? ''

/** Every form whose response shows a secret, except that of an API key: it names the key that it replaces. */
const cases: Case[] = [
  ...[`${inProduction}/webhook`, `${inProduction}/predial`, '/admin/alerts/webhook'].flatMap((form) => {
    const page = form.replace('alerts/webhook', 'alerts')
    return [
      { page, form, fields: () => hook, only: signing },
      { page, form: `${form}/secret`, prepare: saved(form), only: signing },
    ]
  }),
  {
    page: '/admin/tokens',
    form: '/admin/tokens',
    fields: () => ({ name: 'ci', permission: 'key.*' }),
    only: 'An admin token is shown only once.',
  },
  {
    page: '/admin/people',
    form: '/admin/people/invite',
    fields: () => ({ email: 'new@example.com' }),
    only: 'The link of an invitation is shown only once.',
  },
  {
    page: '/admin/account/authenticator',
    form: '/admin/account/authenticator',
    fields: ({ clock }, html) => ({ name: 'Phone', code: codeOf(secretOf(html), clock.now()) }),
    only: 'Recovery codes are shown only once.',
  },
  {
    page: '/admin/account/second-factor',
    form: '/admin/account/recovery-codes',
    prepare: addApp,
    only: 'Recovery codes are shown only once.',
  },
]

/** What a browser sends of a form besides what is typed. */
const hiddenOf = (html: string, action: string) => {
  const [, form = ''] = new RegExp(`action="${action}"[^>]*>(.*?)</form>`, 's').exec(html) ?? []
  return Object.fromEntries(
    [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  ) as Fields
}

test('every form whose response shows a secret is among these, or names what it replaces', () => {
  const shows = Object.keys(pageForms).filter((path) => pageForms[path]?.showsSecret)
  const here = new Set(cases.map(({ form }) => form.replace('/production/', '/:environment/')))
  expect(shows.filter((path) => !here.has(path))).toEqual([
    '/admin/agencies/:agency/integrations/api/:environment/key',
  ])
})

test.each(cases.map((each) => [each.form, each] as const))(
  '%s does nothing when the page that showed its secret is reloaded, and says what to do',
  async (_, { page, form, fields, prepare, only }) => {
    const gate = createGate()
    const visitor = createVisitor(gate, (await createOperator(gate)).cookie)
    await prepare?.(gate, visitor)
    const at = (path: string) => path.replace(':agency', gate.agency.id)
    const html = await (await visitor.visit(at(page))).text()
    const sent = { ...hiddenOf(html, at(form)), ...fields?.(gate, html) }
    const shown = await visitor.post(at(form), sent)
    expect(shown.status).toBe(200)
    expect(await shown.text()).toContain('t be shown again')
    const lines = () => atOnce(gate.services.audit.list({ limit: 20 })).map(({ id }) => id)
    const before = lines()
    const reloaded = await visitor.post(at(form), sent)
    const text = await textOf(reloaded)
    expect([reloaded.status, lines()]).toEqual([409, before])
    expect(text).toContain(only)
    expect(text).toContain('nothing was changed now')
    // A form of a fresh page is another one.
    const again = hiddenOf(await (await visitor.visit(at(page))).text(), at(form))
    if (again.once !== undefined) expect(again.once).not.toBe(sent.once)
  },
)

test('a signing secret that was made for one’s own dialler stays what it is when its page is reloaded', async () => {
  using dialler = await serving(json({ ok: true }))
  const gate = createGate()
  const { visit, post } = await createOperator(gate)
  const path = provider.replace(':agency', gate.agency.id)
  const sent = { ...hiddenOf(await (await visit(path)).text(), path), base_url: dialler.url, hook_secret: '' }
  expect(await textOf(await post(path, sent))).toContain('Signing secret: copy it now')
  const account = () => atOnce(gate.services.accounts.list(gate.agency.id)).map(({ sealed }) => sealed)
  const before = account()
  const reloaded = await post(path, sent)
  expect([reloaded.status, account()]).toEqual([409, before])
  expect(await textOf(reloaded)).toContain(signing)
})
