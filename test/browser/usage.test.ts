import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { askAt } from '../support/binary.ts'
import { createAgency, openCard } from '../support/page-steps.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

const home = () => `${site.url}/admin/agencies/${site.demo.agency.id}`
const environment = (page: Page, name: string) => page.getByRole('article', { name })

/** Rotates a key as a person does, and gives the new one. */
const rotate = async (page: Page, name: string) => {
  await page.goto(`${home()}/integrations/api`)
  await environment(page, name).getByRole('button', { name: 'Rotate API Key' }).click()
  await page.getByText('Unauthorized until you give it the new key').waitFor()
  await page.getByRole('button', { name: 'Rotate API Key' }).click()
  return page.getByLabel('API key', { exact: true }).inputValue()
}

/** Of an agency that nobody has used yet. */
const firstKey = async (page: Page) => {
  await createAgency(page, site.url, 'Fresh')
  await openCard(page, 'Connect')
  await environment(page, 'Production').getByRole('button', { name: 'Generate API Key' }).click()
  return page.getByLabel('API key', { exact: true }).inputValue()
}

test.each(withAndWithoutJavaScript)(
  'a rotation tells who used the key before, and who has not left it after, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    const old = await rotate(page, 'Production')
    expect((await askAt(site.url, old)).status).toBe(200)
    await page.goto(`${home()}/integrations/api/production/rotate`)
    const users = page.getByRole('region', { name: 'Who used this key' })
    expect(await users.getByRole('row').last().textContent()).toMatch(/127\.0\.0\.1.*1just now/)

    await page.getByRole('button', { name: 'Rotate API Key' }).click()
    await page.getByRole('link', { name: 'I’ve stored it securely' }).click()
    await environment(page, 'Production')
      .getByText(`Nothing has used the old key …${old.slice(-4)}`)
      .waitFor()
    for (let sent = 0; sent < 2; sent++) expect((await askAt(site.url, old)).status).toBe(401)
    await page.reload()
    const panel = page.getByRole('region', { name: `Old key still in use: …${old.slice(-4)}` })
    expect(await panel.textContent()).toContain('Since then 2 requests still used it, most recently just now')
    expect(complaints).toEqual([])
  },
  60_000,
)

test('the numbers of the window refresh by themselves, and leave the rest of the page alone', async () => {
  await using window = await site.open()
  const { page, complaints } = window
  const key = await firstKey(page)
  await page.getByRole('link', { name: 'Usage' }).click()
  const production = environment(page, 'Production')
  await production.getByText('0 of 100', { exact: true }).waitFor()
  await page.getByText('The last hour as a table').click()
  await askAt(site.url, key)
  await production.getByText('1 of 100', { exact: true }).waitFor()
  expect(await page.getByRole('region', { name: 'The last hour in production' }).isVisible()).toBe(true)
  expect(complaints).toEqual([])
}, 60_000)

test('the arrow keys read out a chart bar by bar, and Enter opens what is behind a bar', async () => {
  await using window = await site.open()
  const { page, complaints } = window
  await page.goto(`${home()}/usage?range=day`)
  const said = () => page.locator('.chart output').textContent()
  await page.locator('.chart .plot a').last().focus()
  const last = await said()
  expect(last).toMatch(/^\d\d:00–\d\d:00: [\d,]+ allowed, [\d,]+ rejected/)
  const heard = new Set([last])
  for (let step = 1; step < 24; step++) {
    await page.keyboard.press('ArrowLeft')
    heard.add(await said())
  }
  expect(heard.size).toBe(24)
  await page.keyboard.press('ArrowLeft')
  expect(heard.has(await said())).toBe(true)
  await page.keyboard.press('End')
  expect(await said()).toBe(last)
  await page.keyboard.press('Enter')
  await page.waitForURL(/at=/)
  await page.getByRole('link', { name: 'Calls triggered then' }).click()
  await page.waitForURL(/\/calls\?environment=production&from=[^&]+&to=/)
  expect(complaints).toEqual([])
}, 60_000)

test('without JavaScript a bar is a link too', async () => {
  await using window = await site.open({ javaScriptEnabled: false })
  const { page, complaints } = window
  await page.goto(`${home()}/usage?range=week`)
  await page.locator('.chart .plot a').last().click()
  await page.waitForURL(/range=week&at=/)
  await page.getByText('Rejected requests in production,').waitFor()
  expect(complaints).toEqual([])
}, 60_000)

test('without JavaScript the numbers are there too, and a link to newer ones', async () => {
  await using window = await site.open({ javaScriptEnabled: false })
  const { page, complaints } = window
  const key = await firstKey(page)
  await page.getByRole('link', { name: 'Usage' }).click()
  const numbers = () => environment(page, 'Production').locator('.live').textContent()
  expect(await numbers()).toContain('0 of 100')
  await askAt(site.url, key)
  await page.getByRole('link', { name: 'Refresh' }).click()
  expect(await numbers()).toContain('1 of 100')
  expect(complaints).toEqual([])
}, 60_000)

test.each(withAndWithoutJavaScript)(
  'a limit is changed at the page, refused when it is none, and holds for the next request, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    const key = await rotate(page, 'Staging')
    await page.goto(`${home()}/integrations/api`)
    await page.getByRole('link', { name: 'Change the staging limits' }).click()
    await page.getByLabel('Requests per minute').fill('none')
    await page.getByRole('button', { name: 'Save limits' }).click()
    await page.getByRole('alert').getByText('A limit must be a whole number').waitFor()
    expect(await page.getByLabel('Requests per minute').inputValue()).toBe('none')
    for (const [limit, holds] of [
      ['7', 7],
      ['', 100],
    ] as const) {
      await page.getByLabel('Requests per minute').fill(limit)
      await page.getByRole('button', { name: 'Save limits' }).click()
      await environment(page, 'Staging').getByText(`Limits: ${holds} requests per minute`).waitFor()
      const answer = await askAt(site.url, key)
      expect(answer.headers.get('ratelimit-policy')).toContain(`"permin";q=${holds};`)
      await page.getByRole('link', { name: 'Change the staging limits' }).click()
    }
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'a refused request is found by the id that its answer carried, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    const key = await rotate(page, 'Production')
    const refused = await askAt(site.url, key, '/api/v1/calls/00000000-0000-4000-8000-000000000000')
    await page.goto(`${home()}/usage`)
    await page.getByLabel('Why was this request rejected?').fill(refused.headers.get('x-request-id') ?? '')
    await page.getByRole('button', { name: 'Find' }).click()
    const found = page
      .getByRole('region', { name: 'Rejected requests in production' })
      .getByRole('row')
      .last()
    expect(await found.textContent()).toContain(
      'The call doesn’t existGET /api/v1/calls/:call_id from 127.0.0.1',
    )
    await environment(page, 'Staging').getByText('None of the last 200').waitFor()
    await page.getByRole('link', { name: 'Show recent requests' }).click()
    await environment(page, 'Production').getByRole('heading', { name: 'Recent rejected requests' }).waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'who keeps trying with a replaced key is told as unusual, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    const old = await rotate(page, 'Production')
    await rotate(page, 'Production')
    for (let sent = 0; sent < 20; sent++) expect((await askAt(site.url, old)).status).toBe(401)
    await page.goto(`${home()}/usage`)
    const unusual = environment(page, 'Production')
      .getByRole('listitem')
      .filter({ hasText: 'a key that was replaced' })
    expect(await unusual.innerText()).toMatch(/^\d+ requests in the last hour used/)
    expect(complaints).toEqual([])
  },
  60_000,
)
