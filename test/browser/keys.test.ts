import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { askAt, provision, startBinary, triggerAt } from '../support/binary.ts'
import { launchBrowser } from '../support/browser.ts'
import { complaintsOf } from '../support/site.ts'
import { temporaryDirectory } from '../support/directory.ts'

const operator = { email: 'ops@example.com', password: 'correct horse battery' }
const directory = temporaryDirectory()
let browser: Browser
let server: Awaited<ReturnType<typeof startBinary>>

beforeAll(async () => {
  server = await startBinary(directory.path, { CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true' })
  browser = await launchBrowser()
  const page = await browser.newPage()
  await page.goto(await server.setupLink())
  await page.getByLabel('E-mail').fill(operator.email)
  await page.getByLabel('Password').fill(operator.password)
  await page.getByRole('button', { name: 'Create account' }).click()
  await page.getByRole('heading', { name: 'Agencies', exact: true }).waitFor()
  await page.close()
}, 60_000)

afterAll(async () => {
  await browser.close()
  await server.kill()
  directory[Symbol.dispose]()
}, 30_000)

/** A browser of its own, signed in. Whatever it complains about or asks of another host ends up in `complaints`. */
const signedIn = async (options: BrowserContextOptions = {}) => {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints = complaintsOf(page, server.url)
  await page.goto(`${server.url}/admin`)
  await page.getByLabel('E-mail').fill(operator.email)
  await page.getByLabel('Password').fill(operator.password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Agencies', exact: true }).waitFor()
  return { context, page, complaints }
}

const createAgency = async (page: Page, name: string) => {
  await page.getByLabel('Name').fill(name)
  await page.getByLabel('Plan').selectOption('Agency')
  await page.getByRole('button', { name: 'Create agency' }).click()
  await page.getByRole('heading', { name }).waitFor()
}

const createAgent = async (page: Page) => {
  await page.getByRole('link', { name: 'Agents' }).click()
  await page.getByLabel('Name').fill('Ann')
  await page.getByRole('button', { name: 'Create agent' }).click()
  await page.getByLabel('Default agent in production').selectOption('Ann')
  await page.getByRole('button', { name: 'Save for production' }).click()
}

const openCard = async (page: Page, button: 'Connect' | 'Manage') => {
  await page.getByRole('link', { name: 'Integrations' }).click()
  const card = page.getByRole('article', { name: 'API & Webhooks' })
  await card.getByRole('button', { name: button, exact: true }).click()
}

const production = (page: Page) => page.getByRole('article', { name: 'Production' })
/** What the page holds once it has come to rest; while it changes, its content cannot be had. */
const settledContent = async (page: Page): Promise<string> => {
  const content = await page.content().catch(() => undefined)
  if (content !== undefined) return content
  await Bun.sleep(50)
  return settledContent(page)
}

const statusOf = async (key: string) => (await askAt(server.url, key)).status

test.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])(
  'the documented steps, word for word, %s',
  async (label, javaScriptEnabled) => {
    const { context, page, complaints } = await signedIn({
      javaScriptEnabled,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    await createAgency(page, `Steps ${label}`)
    await createAgent(page)

    await openCard(page, 'Connect')
    await production(page).getByRole('button', { name: 'Generate API Key' }).click()
    await page.getByText('it will not be shown again').waitFor()
    const key = await page.getByLabel('API key', { exact: true }).inputValue()
    if (javaScriptEnabled) {
      await page.getByRole('button', { name: 'Copy', exact: true }).click()
      await page.getByText('Copied.').waitFor()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key)
    }

    const triggered = await triggerAt(server.url, key)
    expect(await triggered.json()).toMatchObject({ success: true, status: 'initiated' })
    const many = await Promise.all(Array.from({ length: 100 }, () => statusOf(key)))
    expect(many.filter((status) => status === 429)).toHaveLength(1)

    await openCard(page, 'Manage')
    const access = () => production(page).getByRole('switch', { name: 'API access' })
    expect(await access().getAttribute('aria-checked')).toBe('true')
    await access().click()
    await production(page).getByText('Disabled.').waitFor()
    expect(await statusOf(key)).toBe(403)
    await access().click()
    await production(page).getByText('Enabled.').waitFor()
    expect(await statusOf(key)).toBe(429)

    await production(page).getByRole('button', { name: 'Rotate API Key' }).click()
    await page.getByText('stops working the moment').waitFor()
    await page.getByRole('button', { name: 'Rotate API Key' }).click()
    const fresh = await page.getByLabel('API key', { exact: true }).inputValue()
    expect(await statusOf(key)).toBe(401)
    // The window is the environment's, so the new key begins where the old one was: known, and told to wait.
    expect(await statusOf(fresh)).toBe(429)
    expect(complaints).toEqual([])
    await context.close()
  },
  60_000,
)

test('after a rotation the old key gets 401 and the new one 200', async () => {
  const { context, page } = await signedIn()
  await createAgency(page, 'Rotating')
  await openCard(page, 'Connect')
  await production(page).getByRole('button', { name: 'Generate API Key' }).click()
  const old = await page.getByLabel('API key', { exact: true }).inputValue()
  expect(await statusOf(old)).toBe(200)
  await page.getByRole('link', { name: 'I have stored it safely' }).click()
  await production(page).getByRole('button', { name: 'Rotate API Key' }).click()
  await page.getByRole('button', { name: 'Rotate API Key' }).click()
  const fresh = await page.getByLabel('API key', { exact: true }).inputValue()
  expect([await statusOf(old), await statusOf(fresh)]).toEqual([401, 200])
  await context.close()
}, 60_000)

test('going back and forth in the browser never shows a key again, and never makes another', async () => {
  const { context, page } = await signedIn()
  await createAgency(page, 'History')
  await openCard(page, 'Connect')
  await production(page).getByRole('button', { name: 'Generate API Key' }).click()
  const key = await page.getByLabel('API key', { exact: true }).inputValue()
  await page.getByRole('link', { name: 'I have stored it safely' }).click()
  await production(page).waitFor()
  // The browser offers to send the form again instead of showing the page: an error to its driver.
  await page.goBack().catch(() => {})
  expect(await settledContent(page)).not.toContain(key)
  await page.goForward().catch(() => {})
  expect(await settledContent(page)).not.toContain(key)
  expect(await statusOf(key)).toBe(200)
  await context.close()
}, 60_000)

test.each(['light', 'dark'] as const)(
  'no page has an accessibility violation: %s',
  async (colorScheme) => {
    const { context, page, complaints } = await signedIn({ colorScheme })
    const violations: string[] = []
    const look = async (name: string) => {
      const result = await new AxeBuilder({ page }).analyze()
      violations.push(...result.violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`))
    }
    await look('agencies')
    await createAgency(page, `Looks ${colorScheme}`)
    await look('overview')
    await createAgent(page)
    await look('agents')
    await page.getByRole('link', { name: 'Integrations' }).click()
    await look('integrations')
    await page.getByRole('link', { name: 'Vapi' }).click()
    await look('provider')
    await page.getByRole('link', { name: 'Integrations' }).click()
    await openCard(page, 'Connect')
    await look('no keys')
    await production(page).getByRole('button', { name: 'Generate API Key' }).click()
    await look('new key')
    await page.getByRole('link', { name: 'I have stored it safely' }).click()
    await look('keys')
    await production(page).getByRole('button', { name: 'Rotate API Key' }).click()
    await look('rotate')
    expect(complaints).toEqual([])
    await page.goto(`${server.url}/admin/nothing`)
    await look('not found')
    await page.getByRole('link', { name: 'Back to callgate' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await look('sign in')
    expect(violations).toEqual([])
    await context.close()
  },
  60_000,
)

test('an agency made at the command line is there at the page’s next look', async () => {
  const { context, page } = await signedIn()
  await provision(server.command)
  await page.reload()
  await page.getByRole('link', { name: 'Acme' }).waitFor()
  await context.close()
}, 60_000)

test('a second click while the answer is on its way makes no second key, and loses none', async () => {
  const { context, page } = await signedIn()
  await createAgency(page, 'Twice')
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
  await context.close()
}, 60_000)

test('connecting one’s own dialler at the page, with a secret made there', async () => {
  const { context, page, complaints } = await signedIn()
  const dialler = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => Response.json({ ok: true }) })
  await createAgency(page, 'Diallers')
  await page.getByRole('link', { name: 'Integrations' }).click()
  await page.getByRole('link', { name: 'Your own dialler' }).click()
  await page.getByLabel('Base URL').fill(dialler.url.href)
  await page.getByRole('button', { name: 'Save account' }).click()
  const secret = await page.getByLabel('hook_secret', { exact: true }).first().inputValue()
  expect(secret).toMatch(/^whsec_/)
  expect(await page.getByLabel(/Paste this URL/).inputValue()).toStartWith(`${server.url}/hooks/http/`)
  await page.getByRole('link', { name: 'Integrations' }).click()
  await page.getByText('– connected').waitFor()
  expect(complaints).toEqual([])
  await dialler.stop(true)
  await context.close()
}, 60_000)
