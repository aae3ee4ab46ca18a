import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import { pagesOf } from '../support/pages.ts'
import { openSite } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

test.each(['light', 'dark'] as const)(
  'every page is free of accessibility violations, of errors, and of requests to other hosts: %s',
  async (colorScheme) => {
    await using window = await site.open({ colorScheme })
    const violations: string[] = []
    for (const [name, path] of Object.entries(pagesOf(site.demo))) {
      await window.page.goto(site.url + path)
      const result = await new AxeBuilder({ page: window.page }).analyze()
      violations.push(...result.violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`))
    }
    expect(violations).toEqual([])
    expect(window.complaints).toEqual([])
  },
  300_000,
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

test('what can be scrolled, clicked or typed into shows when the keyboard is on it', async () => {
  await using window = await site.open()
  const { page } = window
  const unseen: string[] = []
  for (const [name, path] of Object.entries(pagesOf(site.demo))) {
    await page.goto(site.url + path)
    for (let at = 0; at < 15; at++) {
      await page.keyboard.press('Tab')
      const seen = await page.evaluate(() => {
        const element = document.activeElement
        if (!element || element === document.body) return undefined
        const { outlineStyle, boxShadow } = getComputedStyle(element)
        return {
          html: element.outerHTML.slice(0, 80),
          shown: outlineStyle !== 'none' || boxShadow !== 'none',
        }
      })
      if (seen && !seen.shown) unseen.push(`${name}: ${seen.html}`)
    }
  }
  expect(unseen).toEqual([])
}, 300_000)
