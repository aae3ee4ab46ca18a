import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { enlarge } from '../bench/tasks-data.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  // So many that the agency switcher has a search field too.
  site = await openSite({ prepare: enlarge })
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

const box = (page: Page) => page.getByRole('searchbox', { name: 'Find a number, ID, agency or person' })
const number = '+12025550142'

test.each(withAndWithoutJavaScript)(
  'from any page to a call, a list, an agency and the reason of a rejection, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await page.goto(`${site.url}/admin/people`)
    const find = async (text: string) => {
      // Without JavaScript, the box is a click away.
      if (javaScriptEnabled) await page.keyboard.press('/')
      else await box(page).click()
      await page.keyboard.insertText(text)
      await page.keyboard.press('Enter')
    }
    await find('1 (202) 555-0142')
    await page.getByRole('heading', { name: `Call to ${number}` }).waitFor()
    await find(site.demo.refusals[0]?.requestId ?? '')
    await page.getByRole('heading', { name: 'The rate limit was exceeded' }).waitFor()
    await find('bright')
    await page.getByRole('link', { name: 'Bright Dental', exact: true }).click()
    await page.getByRole('heading', { name: 'Bright Dental' }).waitFor()
    await find('nobody at all')
    await page.getByText('Nothing was found.').waitFor()
    expect(await box(page).inputValue()).toBe('nobody at all')
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'calls are narrowed down, a filter is taken away, and what is left is downloaded, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await page.goto(`${site.url}/admin/agencies/${site.demo.agency.id}/calls`)
    await page.getByLabel('Number', { exact: true }).fill('202 555 0142')
    await page.getByLabel('Environment').selectOption('Staging')
    await page.getByRole('button', { name: 'Filter' }).click()
    await page.getByText('No calls match these filters').waitFor()
    await page.getByRole('link', { name: 'Remove filter: Staging' }).click()
    await page.getByText('1 call matches').waitFor()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download as JSON' }).click(),
    ])
    const calls = JSON.parse(await Bun.file(await download.path()).text()) as { phone_number: string }[]
    expect(calls.map(({ phone_number }) => phone_number)).toEqual([number])
    expect(complaints).toEqual([])
  },
  60_000,
)

test('a slash that is typed into a field stays there, and a whole key never comes into an address', async () => {
  await using window = await site.open()
  const { page } = window
  await page.goto(`${site.url}/admin/find`)
  await page.keyboard.press('/')
  await page.keyboard.type('a/b')
  expect(await box(page).inputValue()).toBe('a/b')
  await box(page).fill(`bvai_sk_${'x'.repeat(34)}abcd`)
  await page.keyboard.press('Enter')
  await page.getByText('Nothing was found.').waitFor()
  expect(page.url()).not.toContain('bvai_sk_')
})
