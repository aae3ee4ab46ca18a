import { afterAll, beforeAll, expect, test } from 'bun:test'
import { askAt, provision } from '../support/binary.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

test.each(withAndWithoutJavaScript)(
  'an agency is refused with what was chosen kept, made, and given another plan, %s',
  async (label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await page.goto(`${site.url}/admin/agencies`)
    await page.getByText('New agency').click()
    await page.getByLabel('Name').fill('   ')
    await page.getByLabel('Plan').selectOption('Growth')
    await page.getByRole('button', { name: 'Create agency' }).click()
    await page.getByRole('alert').waitFor()
    expect(await page.getByLabel('Plan').inputValue()).toBe('growth')

    await page.getByLabel('Name').fill(`Made ${label}`)
    await page.getByRole('button', { name: 'Create agency' }).click()
    await page.getByRole('heading', { name: `Made ${label}` }).waitFor()
    await page.getByText('Growth', { exact: true }).first().waitFor()
    await page.getByLabel('Plan').selectOption('Agency')
    await page.getByRole('button', { name: 'Save plan' }).click()
    expect(await page.getByLabel('Plan').inputValue()).toBe('agency')
    await page
      .getByRole('navigation', { name: `Made ${label}` })
      .getByRole('link', { name: 'Audit log' })
      .click()
    await page.getByText('from growth to agency').waitFor()

    await page.getByRole('navigation', { name: 'callgate' }).getByRole('link', { name: 'Audit log' }).click()
    await page
      .getByRole('link', { name: `Made ${label}` })
      .first()
      .click()
    await page.getByText('Who did what in this agency').waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'an agency made at the command line is at the page’s next look, and its key holds to its plan there, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await page.goto(`${site.url}/admin/agencies`)
    const { agency, newKey } = await provision(site.command)
    const key = await newKey()
    await page.reload()
    await page.locator(`a[href="/admin/agencies/${agency}"]`, { hasText: 'Acme' }).click()
    for (const [plan, status] of [
      ['Starter', 403],
      ['Agency', 200],
    ] as const) {
      await page.getByLabel('Plan').selectOption(plan)
      await page.getByRole('button', { name: 'Save plan' }).click()
      if (plan === 'Starter') await page.getByRole('button', { name: 'Change plan' }).click()
      await page.getByRole('definition').filter({ hasText: plan }).waitFor()
      expect((await askAt(site.url, key)).status).toBe(status)
    }
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'an agency is suspended and resumed, and deleted after a question that says what goes, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    const { agency, newKey } = await provision(site.command)
    const key = await newKey()
    const overview = `${site.url}/admin/agencies/${agency}`
    await page.goto(overview)
    await page.getByRole('button', { name: 'Suspend agency…' }).click()
    await page.getByText('get 403 from now on').waitFor()
    await page.getByRole('button', { name: 'Suspend agency' }).click()
    await page.getByText('This agency is suspended').waitFor()
    expect((await askAt(site.url, key)).status).toBe(403)
    await page.getByRole('button', { name: 'Resume agency' }).click()
    await page.getByRole('button', { name: 'Suspend agency' }).waitFor()
    expect((await askAt(site.url, key)).status).toBe(200)

    await page.getByRole('link', { name: 'Delete agency…' }).click()
    await page.getByText('Ended and removed at once: 1 API key, 1 agent.').waitFor()
    await page.getByRole('link', { name: 'Keep the agency' }).click()
    await page.getByRole('link', { name: 'Delete agency…' }).click()
    await page.getByRole('button', { name: 'Delete agency' }).click()
    await page.getByRole('heading', { name: 'Agencies', exact: true }).waitFor()
    expect(await page.locator(`a[href="/admin/agencies/${agency}"]`).count()).toBe(0)
    expect((await askAt(site.url, key)).status).toBe(401)
    expect(complaints).toEqual([])
  },
  60_000,
)
