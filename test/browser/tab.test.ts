import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { pagesOf, publicPages } from '../support/pages.ts'
import { nobody, openSite } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

interface Tabbed extends Window {
  /** The controls of the page in the order of the document, with their place and their looks without the focus. */
  controls: Map<Element, { at: DOMRect; looks: string }>
  /** The controls that had the focus, in its order, and whether each then looked different. */
  reached: Map<Element, boolean>
  /** True once the focus came back to the first. */
  isRound: boolean
}
declare const window: Tabbed

/** Whether the first that Tab reaches is the link that skips to the content. */
const skips = async (page: Page) => {
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  return page.evaluate(() => {
    const content = document.querySelector(':target')
    const hasTarget = content?.querySelector('a, button, input, [tabindex]') !== null
    return content !== null && (!hasTarget || content.contains(document.activeElement))
  })
}

/** Opens by Enter or Space, in turn, what is folded, and says what stays shut. */
const unfold = async (page: Page) => {
  const shut: string[] = []
  const summaries = await page.locator('summary:visible').all()
  for (const [at, summary] of summaries.entries()) {
    if (await summary.evaluate((each) => (each.parentElement as HTMLDetailsElement).open)) continue
    await summary.press(at % 2 === 0 ? 'Enter' : 'Space')
    if (!(await summary.evaluate((each) => (each.parentElement as HTMLDetailsElement).open)))
      shut.push(await summary.innerText())
  }
  return shut
}

/** Notes where every control is, and from now on which of them get the focus. */
const watch = (page: Page) =>
  page.evaluate(() => {
    const looksOf = (element: Element) => {
      const { outlineStyle, outlineWidth, outlineColor, boxShadow } = getComputedStyle(element)
      return [outlineStyle, outlineWidth, outlineColor, boxShadow].join()
    }
    const selector =
      ':is(a[href], button, input:not([type=hidden]), select, textarea, summary):not([tabindex="-1"]), audio[controls], [tabindex="0"]'
    ;(document.activeElement as HTMLElement | null)?.blur()
    scrollTo(0, 0)
    const controls = [...document.querySelectorAll(selector)].filter(
      (each) => each.checkVisibility({ visibilityProperty: true }) && !each.matches(':disabled'),
    )
    window.controls = new Map(
      controls.map((each) => [each, { at: each.getBoundingClientRect(), looks: looksOf(each) }]),
    )
    window.reached = new Map()
    window.isRound = false
    document.addEventListener('focusin', ({ target }) => {
      const element = target as Element
      if (element === window.reached.keys().next().value) window.isRound = window.reached.size > 1
      if (!window.reached.has(element))
        window.reached.set(element, looksOf(element) !== window.controls.get(element)?.looks)
    })
  })

/** Presses Tab until the focus has been everywhere. More presses than a page has stops are a trap. */
const goRound = async (page: Page) => {
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 25 }, () => page.keyboard.press('Tab')))
    if (await page.evaluate(() => window.isRound)) return true
  }
  return false
}

/** What Tab did not reach, reached without a sign, or reached before what is above or to the left of it. */
const faultsOf = (page: Page) =>
  page.evaluate(() => {
    const say = (fault: string, element: Element) => `${fault}: ${element.outerHTML.slice(0, 100)}`
    const { controls, reached } = window
    const missed = [...controls.keys()].filter((each) => !reached.has(each))
    const unseen = [...reached].filter(([, isSeen]) => !isSeen).map(([each]) => each)
    const inOrder = [...reached.keys()]
    const backwards = inOrder.filter((each, index) => {
      const at = controls.get(each)?.at
      const before = controls.get(inOrder[index - 1] ?? each)?.at
      if (!at || !before || each === inOrder[0] || each.matches('.skip, .brand')) return false
      const isAbove = at.bottom <= before.top && at.left < before.right
      const isBefore = at.right <= before.left && at.bottom > before.top && at.top < before.bottom
      return isAbove || isBefore
    })
    return [
      ...missed.map((each) => say('not reached', each)),
      ...unseen.map((each) => say('without a ring', each)),
      ...backwards.map((each) => say('out of order', each)),
    ]
  })

test.each([
  ['signed in', undefined],
  ['signed out', nobody],
])(
  'Tab alone skips to the content and reaches every control in visual order, with a ring, and what is folded opens: %s',
  async (_who, storageState) => {
    await using opened = await site.open({
      viewport: { width: 1280, height: 900 },
      ...(storageState && { storageState }),
    })
    const { page } = opened
    // A page that nobody looks at refreshes nothing: its controls stay the same ones.
    await page.addInitScript(() => Object.defineProperty(document, 'hidden', { get: () => true }))
    const faults: string[] = []
    const pages = storageState ? publicPages() : pagesOf(site.demo)
    for (const [name, path] of Object.entries(pages)) {
      // Pages of the documentation are made of the same parts: its list, a text and the reference stand for all.
      if (name.startsWith('docs-') && !['docs-quickstart', 'docs-api'].includes(name)) continue
      await page.goto(site.url + path)
      const isSkipped = await skips(page)
      const shut = await unfold(page)
      await watch(page)
      const isRound = await goRound(page)
      const found = [
        ...shut.map((words) => `stays shut: ${words}`),
        ...(isSkipped ? [] : ['the link to the content does not lead there']),
        ...(isRound ? [] : ['a trap']),
        ...(await faultsOf(page)),
      ]
      faults.push(...found.map((fault) => `${name}: ${fault}`))
    }
    expect(faults).toEqual([])
  },
  120_000,
)

test('on a phone, Space opens the menu, and Tab goes on into it', async () => {
  await using opened = await site.open({ viewport: { width: 390, height: 844 }, javaScriptEnabled: false })
  const { page } = opened
  await page.goto(`${site.url}/admin`)
  await page.getByRole('checkbox', { name: 'Menu' }).press('Space')
  await page.keyboard.press('Tab')
  const isInMenu = await page.evaluate(() => document.activeElement?.closest('.menu') !== null)
  expect(isInMenu).toBe(true)
}, 30_000)
