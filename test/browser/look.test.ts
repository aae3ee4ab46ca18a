import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { pagesOf, publicPages } from '../support/pages.ts'
import { openSite } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

/** The controls, and on a wide screen the rows with one line of text, that are outside of their bounds in pixels. */
const wrongSizes = (page: Page, bounds: { controls: [number, number]; rows: [number, number] | undefined }) =>
  page.evaluate(({ controls, rows }) => {
    const outside = (
      selector: string,
      [least, most]: [number, number],
      applies: (element: Element) => boolean,
    ) =>
      [...document.querySelectorAll(selector)].filter(applies).flatMap((element) => {
        const { height } = element.getBoundingClientRect()
        return height === 0 || (height >= least && height <= most)
          ? []
          : [`${height} pixels: ${element.outerHTML.slice(0, 90)}`]
      })
    const hasOneLine = (row: Element) =>
      [...row.children].every((cell) => {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT)
        const tops: number[] = []
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
          const range = document.createRange()
          range.selectNodeContents(text)
          tops.push(...[...range.getClientRects()].map(({ top }) => top))
        }
        return tops.length === 0 || Math.max(...tops) - Math.min(...tops) < 12
      })
    const fields = 'input:not([type=checkbox], [type=radio], [type=file], [type=hidden]), select'
    return [
      ...outside(`main :is(${fields}, form > button, .row > button, a[role=button])`, controls, () => true),
      ...(rows ? outside('main .table:not(.compact) tbody tr', rows, hasOneLine) : []),
    ]
  }, bounds)

/** What is wider than its own box and can't be scrolled to by keyboard, or is cut without a title that says it whole. */
const cutOnes = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter((element) => {
        const { clientWidth, scrollWidth } = element
        if (clientWidth <= 1 || scrollWidth <= clientWidth + 1 || !element.checkVisibility()) return false
        if (element.matches('input, select, textarea, .skip, svg *')) return false
        // The heads of cards are for screen readers.
        if (getComputedStyle(element.closest('thead') ?? element).clipPath !== 'none') return false
        const { overflowX, textOverflow } = getComputedStyle(element)
        if (overflowX === 'auto' || overflowX === 'scroll') return (element as HTMLElement).tabIndex < 0
        return !(textOverflow === 'ellipsis' && element.closest('[title]'))
      })
      .map((element) => `cut: ${element.outerHTML.slice(0, 90)}`),
  )

test.each([390, 768, 1280, 1920])(
  'nothing is wider than a window of %i pixels or cut in its box, and controls and rows of one line keep their height',
  async (width) => {
    await using window = await site.open({ viewport: { width, height: 900 }, javaScriptEnabled: false })
    const { page } = window
    const wrong: string[] = []
    for (const [name, path] of Object.entries({ ...pagesOf(site.demo), ...publicPages() })) {
      await page.goto(site.url + path)
      const needed = await page.evaluate(() => document.documentElement.scrollWidth)
      if (needed > width) wrong.push(`${name}: ${needed} pixels wide`)
      const rows: [number, number] | undefined = width >= 1280 ? [36, 40] : undefined
      const found = await wrongSizes(page, { controls: [32, 36], rows })
      wrong.push(...[...found, ...(await cutOnes(page))].map((each) => `${name}: ${each}`))
    }
    expect(wrong).toEqual([])
  },
  120_000,
)
