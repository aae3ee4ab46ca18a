import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { openShelf } from '../../src/http/docs/shelf.ts'
import { violationsOf } from '../support/accessibility.ts'
import { startBinary } from '../support/binary.ts'
import { launchBrowser } from '../support/browser.ts'
import { temporaryDirectory } from '../support/directory.ts'

const directory = temporaryDirectory()
let browser: Browser
let server: Awaited<ReturnType<typeof startBinary>>

beforeAll(async () => {
  server = await startBinary(directory.path)
  browser = await launchBrowser()
}, 60_000)

afterAll(async () => {
  await browser.close()
  await server.kill()
  directory[Symbol.dispose]()
})

const everyPage = ['', ...openShelf().pages.map(({ name }) => `/${name}`)]
/** Between them, they have whatever a page can have: its colours are the same everywhere. */
const ofEachKind = ['', '/quickstart', '/errors', '/providers', '/api', '/admin-api']

test.each([
  ['light', everyPage],
  ['dark', ofEachKind],
] as const)(
  'the pages of the executable’s documentation are accessible, narrow and %s too',
  async (colorScheme, names) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 390, height: 800 } })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
    page.on('request', (request) => {
      if (!request.url().startsWith(server.url)) complaints.push(request.url())
    })
    for (const name of names) {
      await page.goto(`${server.url}/docs${name}`)
      const violations = await violationsOf(page, colorScheme)
      const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)
      expect({ name, found }).toEqual({ name, found: [] })
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect({ name, overflow }).toEqual({ name, overflow: 0 })
    }
    expect(complaints).toEqual([])
    await context.close()
  },
  120_000,
)

test('code is copied by a button, which is not there without JavaScript', async () => {
  const permissions = ['clipboard-read', 'clipboard-write']
  const context = await browser.newContext({ permissions })
  const page = await context.newPage()
  await page.goto(`${server.url}/docs/quickstart`)
  await page.getByRole('button', { name: 'Copy', exact: true }).first().click()
  await page.getByRole('button', { name: 'Copied' }).waitFor()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
    `export CALLGATE_URL=${server.url}\nexport CALLGATE_KEY=bvai_sk_…\n`,
  )
  await context.close()

  const bare = await browser.newContext({ javaScriptEnabled: false })
  const still = await bare.newPage()
  await still.goto(`${server.url}/docs/quickstart`)
  expect(await still.getByRole('button').count()).toBe(0)
  await still.getByRole('searchbox').fill('idempotency')
  await still.getByRole('searchbox').press('Enter')
  await still.getByRole('heading', { name: 'Results for “idempotency”' }).waitFor()
  expect(await still.locator('dt').count()).toBeGreaterThan(0)
  await still.getByRole('link', { name: 'API reference' }).first().click()
  await still.getByRole('heading', { name: 'Trigger a call' }).waitFor()
  await bare.close()
}, 60_000)
