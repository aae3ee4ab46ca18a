import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { askAt, triggerAt } from '../support/binary.ts'
import { createAgency, createAgent, openCard } from '../support/page-steps.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

const production = (page: Page) => page.getByRole('article', { name: 'Production' })
/** What the page holds once it has come to rest; while it changes, its content cannot be had. */
const settledContent = async (page: Page): Promise<string> => {
  const content = await page.content().catch(() => undefined)
  if (content !== undefined) return content
  await Bun.sleep(50)
  return settledContent(page)
}

const statusOf = async (key: string) => (await askAt(site.url, key)).status

test.each(withAndWithoutJavaScript)(
  'the documented steps, word for word, %s',
  async (label, javaScriptEnabled) => {
    const permissions = ['clipboard-read', 'clipboard-write']
    await using window = await site.open({ javaScriptEnabled, permissions })
    const { page, complaints } = window
    await createAgency(page, site.url, `Steps ${label}`)
    await createAgent(page)

    await openCard(page, 'Connect')
    await production(page).getByRole('button', { name: 'Generate API Key' }).click()
    await page.getByText('won’t be shown again').waitFor()
    const key = await page.getByLabel('API key', { exact: true }).inputValue()
    if (javaScriptEnabled) {
      await page.getByRole('button', { name: 'Copy', exact: true }).click()
      await page.getByText('Copied.').waitFor()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key)
    }

    const triggered = await triggerAt(site.url, key)
    expect(await triggered.json()).toMatchObject({ success: true, status: 'initiated' })
    const many = await Promise.all(Array.from({ length: 100 }, () => statusOf(key)))
    expect(many.filter((status) => status === 429)).toHaveLength(1)

    await openCard(page, 'Manage')
    const access = () => production(page).getByRole('switch', { name: 'API access' })
    expect(await access().getAttribute('aria-checked')).toBe('true')
    await access().click()
    await page.getByRole('heading', { name: /^Disable production access of/ }).waitFor()
    await page.getByRole('link', { name: 'Cancel' }).click()
    await access().click()
    await page.getByText(/requests came in the last hour/).waitFor()
    const disable = page.getByRole('button', { name: 'Disable API access' })
    expect(await disable.evaluate((button) => getComputedStyle(button).backgroundColor)).toBe(
      'rgb(179, 38, 30)',
    )
    await page.getByRole('button', { name: 'Disable API access' }).click()
    await page.getByText('Production access is disabled:').waitFor()
    await production(page).getByText('Disabled.').waitFor()
    expect(await statusOf(key)).toBe(403)
    await access().click()
    await production(page).getByText('Enabled.').waitFor()
    expect(await statusOf(key)).toBe(429)

    await production(page).getByRole('button', { name: 'Rotate API Key' }).click()
    await page.getByText('stops working at once').waitFor()
    await page.getByRole('button', { name: 'Rotate API Key' }).click()
    const fresh = await page.getByLabel('API key', { exact: true }).inputValue()
    expect(await statusOf(key)).toBe(401)
    // The window is the environment's, so the new key begins where the old one was: known, and told to wait.
    expect(await statusOf(fresh)).toBe(429)
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'after a rotation the old key gets 401 and the new one 200, %s',
  async (label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await createAgency(page, site.url, `Rotating ${label}`)
    await openCard(page, 'Connect')
    await production(page).getByRole('button', { name: 'Generate API Key' }).click()
    const old = await page.getByLabel('API key', { exact: true }).inputValue()
    expect(await statusOf(old)).toBe(200)
    await page.getByRole('link', { name: 'I’ve stored it securely' }).click()
    await production(page).getByRole('button', { name: 'Rotate API Key' }).click()
    await page.getByRole('button', { name: 'Rotate API Key' }).click()
    const fresh = await page.getByLabel('API key', { exact: true }).inputValue()
    expect([await statusOf(old), await statusOf(fresh)]).toEqual([401, 200])
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'going back and forth in the browser never shows a key again, and never makes another, %s',
  async (label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await createAgency(page, site.url, `History ${label}`)
    await openCard(page, 'Connect')
    await production(page).getByRole('button', { name: 'Generate API Key' }).click()
    const key = await page.getByLabel('API key', { exact: true }).inputValue()
    await page.getByRole('link', { name: 'I’ve stored it securely' }).click()
    await production(page).waitFor()
    // The browser offers to send the form again instead of showing the page: an error to its driver.
    await page.goBack().catch(() => {})
    expect(await settledContent(page)).not.toContain(key)
    await page.goForward().catch(() => {})
    expect(await settledContent(page)).not.toContain(key)
    expect(await statusOf(key)).toBe(200)
    expect(complaints).toEqual([])
  },
  60_000,
)

test('a second click while the answer is on its way makes no second key, and loses none', async () => {
  await using window = await site.open()
  const { page, complaints } = window
  await createAgency(page, site.url, 'Twice')
  await openCard(page, 'Connect')
  let posts = 0
  await page.route('**/key', async (route) => {
    posts++
    await Bun.sleep(300)
    await route.continue()
  })
  await production(page).getByRole('button', { name: 'Generate API Key' }).dblclick()
  const key = await page.getByLabel('API key', { exact: true }).inputValue()
  expect([posts, await statusOf(key)]).toEqual([1, 200])
  expect(complaints).toEqual([])
}, 60_000)

test.each(withAndWithoutJavaScript)(
  'real dialling is turned on after a second look, and off again, %s',
  async (label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await createAgency(page, site.url, `Dialling ${label}`)
    await openCard(page, 'Connect')
    for (const [state, button] of [
      ['Real dialling is on', 'Simulate calls'],
      ['Real dialling is off', 'Call real phones'],
      ['Real dialling is on', 'Simulate calls'],
    ] as const) {
      const change = production(page).getByRole('button', { name: button })
      expect(await change.isVisible()).toBe(false)
      await production(page).getByText(state).click()
      await change.click()
      await production(page).getByText(state).waitFor({ state: 'hidden' })
    }
    expect(complaints).toEqual([])
  },
  60_000,
)
