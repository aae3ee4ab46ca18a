import { afterAll, beforeAll, expect, test } from 'bun:test'
import { violationsOf } from '../support/accessibility.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

test('keys search, lead to the sections and show themselves, never within a field, and can be turned off', async () => {
  await using window = await site.open()
  const { page, complaints } = window
  const home = `${site.url}/admin/agencies/${site.demo.agency.id}`
  const isAt = (path: string) =>
    page.waitForURL((url) => url.href === `${site.url}${path}` || url.href === path)
  await page.goto(home)
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await isAt(`${home}/calls`)
  await page.keyboard.press('g')
  await page.keyboard.press('g')
  await isAt('/admin/agencies')
  await page.keyboard.press('/')
  await page.keyboard.type('gc?')
  expect(await page.locator(':focus').inputValue()).toBe('gc?')
  await isAt('/admin/agencies')
  await page.goto(`${site.url}/admin/keys`)
  await page.getByRole('button', { name: 'Turn keyboard shortcuts off' }).click()
  await page.goto(home)
  await page.keyboard.press('g')
  await page.keyboard.press('c')
  await page.keyboard.press('?')
  expect(page.url()).toBe(home)
  expect(complaints).toEqual([])
}, 60_000)

test('? opens a sheet over the page; Escape, its button and ? close it, and the focus is where it was', async () => {
  await using window = await site.open()
  const { page, complaints } = window
  const calls = `${site.url}/admin/agencies/${site.demo.agency.id}/calls`
  await page.goto(calls)
  const sheet = page.getByRole('dialog', { name: 'Keyboard shortcuts' })
  const field = page.getByRole('link', { name: 'Active slots' })
  const closes = [
    () => page.keyboard.press('Escape'),
    () => sheet.getByRole('button', { name: 'Close' }).click(),
    () => page.keyboard.press('?'),
  ]
  for (const close of closes) {
    await field.focus()
    await page.keyboard.press('?')
    await sheet.waitFor()
    expect(await sheet.getByRole('button', { name: 'Close' }).evaluate(isFocused)).toBe(true)
    expect(await sheet.getByRole('cell', { name: 'Search' }).isVisible()).toBe(true)
    await close()
    await sheet.waitFor({ state: 'detached' })
    expect(await field.evaluate(isFocused)).toBe(true)
  }
  await page.keyboard.press('?')
  await sheet.waitFor()
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    expect(await violationsOf(page, colorScheme)).toEqual([])
  }
  // The keys work over the sheet too: it hides nothing that they lead to.
  await page.keyboard.press('/')
  await sheet.waitFor({ state: 'detached' })
  expect(await page.getByRole('searchbox', { name: 'Find a number' }).evaluate(isFocused)).toBe(true)
  expect(page.url()).toBe(calls)

  await field.focus()
  await page.keyboard.press('?')
  await sheet.getByRole('button', { name: 'Turn keyboard shortcuts off' }).click()
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })
  await page.keyboard.press('?')
  await page.keyboard.press('g')
  await page.keyboard.press('o')
  expect([page.url(), await sheet.count()]).toEqual([calls, 0])
  expect(complaints).toEqual([])
}, 60_000)

const isFocused = (element: Element) => element === document.activeElement

test.each(withAndWithoutJavaScript)(
  'an id is copied with a button that says so, or selected whole by one click, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({
      javaScriptEnabled,
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    const { page, complaints } = window
    const { id } = site.demo.agency
    await page.goto(`${site.url}/admin/agencies/${id}`)
    const copy = page.locator('button[aria-label="Copy agency ID"]').first()
    expect(await copy.isVisible()).toBe(javaScriptEnabled)
    if (javaScriptEnabled) {
      await copy.click()
      await page.getByRole('status').getByText('Copied.').waitFor()
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(id)
    }
    const code = page.locator('.copyable code', { hasText: id }).first()
    expect(await code.evaluate((element) => getComputedStyle(element).userSelect)).toBe('all')
    await page.goto(`${site.url}/admin/account`)
    await page.getByRole('link', { name: 'Keyboard shortcuts' }).first().click()
    await page.getByRole('cell', { name: 'Search' }).waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)
