import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { violationsOf } from '../support/accessibility.ts'
import { openSite } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

const home = () => `${site.url}/admin/agencies/${site.demo.agency.id}`

/** Wrong values for forms of each shape, the field that each is wrong in, and the button that sends it. */
const wrong: [page: () => string, typed: Record<string, string>, field: string, button: string][] = [
  [() => `${home()}/integrations/providers/vapi`, { api_key: 'two words' }, 'api_key', 'Save account'],
  [
    () => `${home()}/integrations/api/production/limits`,
    { concurrent_calls: '0' },
    'concurrent_calls',
    'Save limits',
  ],
  [() => `${home()}/agents`, { name: 'Bea', options: 'nonsense' }, 'options', 'Create agent'],
  [() => `${home()}/rules`, { countries: 'Germany' }, 'countries', 'Save rules'],
  [() => `${site.url}/admin/do-not-call`, { phone_number: '12' }, 'phone_number', 'Add number'],
]

const sendWrong = async (page: Page, [at, typed, , button]: (typeof wrong)[number]) => {
  await page.goto(at())
  const form = page.locator('form').filter({ has: page.getByRole('button', { name: button }) })
  for (const [name, text] of Object.entries(typed)) await form.locator(`[name=${name}]`).fill(text)
  await form.getByRole('button', { name: button }).click()
  await page.getByRole('alert').waitFor()
}

test.each([
  ['light', wrong],
  ['dark', wrong.slice(0, 1)],
] as const)(
  'a rejected form has no accessibility violation, and the focus is in the field at fault: %s',
  async (colorScheme, forms) => {
    await using window = await site.open({ colorScheme })
    for (const each of forms) {
      await sendWrong(window.page, each)
      const focused = window.page.locator(':focus')
      expect(await focused.getAttribute('name')).toBe(each[2])
      expect(await window.page.locator('#field-error').isVisible()).toBe(true)
      const found = await violationsOf(window.page, colorScheme)
      expect(found.map(({ id, nodes }) => `${each[2]}: ${id} ${nodes[0]?.html}`)).toEqual([])
    }
  },
  120_000,
)

test.each([
  ['with', true],
  ['without', false],
] as const)(
  'a reload of the page that showed a rotated secret rotates nothing, %s JavaScript',
  async (_, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page } = window
    await page.goto(`${home()}/integrations/api/production/webhook`)
    await page.getByText('Rotate the signing secret').click()
    await page.getByRole('button', { name: 'Rotate secret' }).click()
    await page.getByText('won’t be shown again').waitFor()
    await page.reload()
    await page.getByText('A signing secret is shown only once.').waitFor()
    await page.getByRole('link', { name: 'rotate the signing secret' }).click()
    await page.getByText('also signs until').waitFor()
  },
  60_000,
)
