import { afterAll, beforeAll, expect, test } from 'bun:test'
import { violationsOf } from '../support/accessibility.ts'
import { pagesOf } from '../support/pages.ts'
import { createAgency, createAgent, openCard } from '../support/page-steps.ts'
import { openSite } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

test.each([
  ['light', 390],
  ['dark', 1920],
] as const)(
  'every page is free of accessibility violations, of errors, and of requests to other hosts: %s, %i pixels',
  async (colorScheme, width) => {
    await using window = await site.open({ colorScheme, viewport: { width, height: 900 } })
    const violations: string[] = []
    for (const [name, path] of Object.entries(pagesOf(site.demo))) {
      await window.page.goto(site.url + path)
      const found = await violationsOf(window.page, colorScheme)
      violations.push(...found.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`))
    }
    expect(violations).toEqual([])
    expect(window.complaints).toEqual([])
  },
  300_000,
)

test.each(['light', 'dark'] as const)(
  'no page on the way to a first key has an accessibility violation: %s',
  async (colorScheme) => {
    await using window = await site.open({ colorScheme })
    const { page, complaints } = window
    const production = page.getByRole('article', { name: 'Production' })
    const violations: string[] = []
    const look = async (name: string) => {
      const found = await violationsOf(page, colorScheme)
      violations.push(...found.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`))
    }
    await createAgency(page, site.url, `Looks ${colorScheme}`)
    await look('overview')
    await createAgent(page)
    await look('agents')
    await page.getByRole('link', { name: 'Integrations' }).first().click()
    await look('integrations')
    await page.getByRole('link', { name: 'Vapi' }).click()
    await look('provider')
    await page.getByRole('link', { name: 'Integrations' }).first().click()
    await openCard(page, 'Connect')
    await look('no keys')
    await production.getByRole('button', { name: 'Generate API Key' }).click()
    await look('new key')
    await page.getByRole('link', { name: 'I’ve stored it securely' }).click()
    await look('keys')
    await production.getByRole('button', { name: 'Rotate API Key' }).click()
    await look('rotate')
    await page.goto(`${site.url}/admin/sign-in`)
    await look('sign in')
    expect(violations).toEqual([])
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each([
  ['a narrow screen, or 1280 pixels at 400 %', 320],
  ['1280 pixels at 200 %', 640],
])(
  'no page scrolls sideways on %s',
  async (_name, width) => {
    await using window = await site.open({ viewport: { width, height: 800 }, javaScriptEnabled: false })
    const wide: string[] = []
    for (const [name, path] of Object.entries(pagesOf(site.demo))) {
      await window.page.goto(site.url + path)
      const needed = await window.page.evaluate(() => document.documentElement.scrollWidth)
      if (needed > width) wide.push(`${name}: ${needed}`)
    }
    expect(wide).toEqual([])
  },
  300_000,
)
