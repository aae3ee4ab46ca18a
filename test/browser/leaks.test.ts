import { afterAll, beforeAll, expect, test } from 'bun:test'
import { violationsOf } from '../support/accessibility.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

const where = `https://code.example/acme/app/blob/main/${'deep/'.repeat(40)}.env#L3`

test.each(withAndWithoutJavaScript)(
  'a leaked key is seen at once, rotated where it says so, and then let in, %s',
  async (_label, javaScriptEnabled) => {
    const { url, demo } = site
    await using window = await site.open({ viewport: { width: 320, height: 800 }, javaScriptEnabled })
    const { page } = window
    const api = `${url}/admin/agencies/${demo.agency.id}/integrations/api`
    const production = page.getByRole('article', { name: 'Production' })
    const rotate = async () => {
      await page.goto(`${api}/production/rotate`)
      await page.getByRole('button', { name: 'Rotate API Key' }).click()
      return page.getByLabel('API key', { exact: true }).inputValue()
    }
    const key = await rotate()
    const report = { key, where }
    const answer = await fetch(`${url}/leaks`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(report),
    })
    expect(answer.status).toBe(200)

    await page.goto(api)
    await production.getByText('This key has leaked.').waitFor()
    expect(await production.getByRole('switch').getAttribute('aria-checked')).toBe('false')
    for (const colorScheme of ['light', 'dark'] as const)
      for (const path of [api, `${api}/production/rotate`]) {
        await page.emulateMedia({ colorScheme })
        await page.goto(path)
        // What looks for violations is JavaScript itself.
        const violations = javaScriptEnabled ? await violationsOf(page) : []
        expect(violations.map(({ id, nodes }) => `${id} ${nodes[0]?.html}`)).toEqual([])
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320)
      }

    await page.goto(api)
    await production.getByRole('button', { name: 'Rotate now' }).click()
    await page.getByRole('button', { name: 'Rotate API Key' }).click()
    await page.getByText('API access is disabled. Requests with this key get 403').waitFor()
    await page.getByRole('link', { name: 'I’ve stored it securely' }).click()
    await production.getByRole('switch').click()
    await production.getByText('Enabled.').waitFor()
    expect(await production.getByText('This key has leaked.').count()).toBe(0)
    expect(window.complaints).toEqual([])
  },
  120_000,
)
