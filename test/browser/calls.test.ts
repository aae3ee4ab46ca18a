import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { optionsHelp } from '../../src/http/admin/agents/option-lines.ts'
import { fieldHelp, fieldTitle } from '../../src/providers/agent-field.ts'
import { providerKinds } from '../../src/providers/kinds.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

const goTo = (page: Page, path: string) =>
  page.goto(`${site.url}/admin/agencies/${site.demo.agency.id}${path}`)
const card = (page: Page, name: 'Production' | 'Staging') => page.getByRole('article', { name })
const status = (page: Page) => page.locator('#call-status')

const sendTestCall = async (page: Page, name: 'Production' | 'Staging', scenario: '02' | '07') => {
  await goTo(page, '/integrations/api')
  await card(page, name).getByLabel(`Scenario of the ${name.toLowerCase()} test call`).selectOption(scenario)
  await card(page, name).getByRole('button', { name: 'Send test call' }).click()
  await page.getByRole('heading', { name: `Call to +120255501${scenario}` }).waitFor()
}

/** Looks again by hand, where the page does not do it by itself, until it says so. */
const waitFor = async (page: Page, text: string, looksByItself: boolean) => {
  for (let look = 0; look < 60 && !(await status(page).innerText()).includes(text); look++) {
    await Bun.sleep(250)
    if (!looksByItself) await page.reload()
  }
  expect(await status(page).innerText()).toContain(text)
}

test.each(withAndWithoutJavaScript)(
  'a test call is sent, followed to its end, and found in the list, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await sendTestCall(page, 'Staging', '02')
    expect(await page.getByText('Test', { exact: true }).isVisible()).toBe(true)
    await waitFor(page, 'No answer', javaScriptEnabled)
    if (javaScriptEnabled) await page.getByText('Ended: no answer').waitFor()
    await page.getByRole('link', { name: 'Calls', exact: true }).first().click()
    await page.getByLabel('Status').selectOption('No answer')
    await page.getByLabel('Environment').selectOption('Staging')
    await page.getByRole('button', { name: 'Filter' }).click()
    expect(await page.getByLabel('Status').inputValue()).toBe('no_answer')
    expect(await page.getByRole('row', { name: '+12025550102' }).count()).toBeGreaterThan(0)
    expect(await page.getByText('Production', { exact: true }).count()).toBeLessThan(3)
    await page.getByRole('link', { name: 'Clear filters' }).click()
    await page.getByRole('link', { name: 'Older calls' }).click()
    await page.getByRole('link', { name: 'Newest calls' }).click()
    await page.getByRole('link', { name: 'Older calls' }).waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'a live call is ended, and the slot of another released, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    for (const last of ['End call', 'Release slot']) {
      await sendTestCall(page, 'Production', '07')
      await waitFor(page, 'In progress', javaScriptEnabled)
      if (last === 'Release slot') {
        await page.getByRole('link', { name: /Release slot/ }).click()
        await page.getByRole('heading', { name: 'Release the slot of this call?' }).waitFor()
      }
      await page.getByRole('button', { name: last }).click()
      if (last === 'End call') {
        await page.getByRole('heading', { name: 'End this call?' }).waitFor()
        await page.getByRole('button', { name: last }).click()
      }
      await waitFor(page, last === 'End call' ? 'Completed' : 'Failed', javaScriptEnabled)
    }
    await page.getByText('The slot was released manually').first().waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'the line to try stands there to be copied, %s',
  async (_label, javaScriptEnabled) => {
    const permissions = ['clipboard-read', 'clipboard-write']
    await using window = await site.open({ javaScriptEnabled, permissions })
    const { page, complaints } = window
    await goTo(page, '/integrations/api')
    const shown = await card(page, 'Staging').getByRole('region', { name: 'curl for staging' }).innerText()
    expect(shown).toStartWith(`curl -X POST ${site.url}/api/v1/calls/trigger \\\n`)
    expect(shown).toContain('Bearer $CALLGATE_KEY')
    const copy = card(page, 'Staging').getByRole('button', { name: 'Copy curl for staging' })
    expect(await copy.isVisible()).toBe(javaScriptEnabled)
    if (javaScriptEnabled) {
      await copy.click()
      await page.getByRole('status').getByText('Copied.').waitFor()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown)
    }
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'an agent is made the default, changed, and refused with what was typed kept, %s',
  async (_label, javaScriptEnabled) => {
    const name = `Eva ${crypto.randomUUID()}`
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await goTo(page, '/agents')
    await page.getByText('no account, so its calls fail').waitFor()
    await page.getByLabel('Name').fill(name)
    await page.getByRole('combobox', { name: /^Provider/ }).selectOption('Retell')
    await page.getByRole('button', { name: 'Create agent' }).click()
    expect(await page.getByRole('alert').innerText()).toContain('An agent at Retell needs')
    expect(await page.getByLabel('Name').inputValue()).toBe(name)
    await page.getByRole('combobox', { name: /^Provider/ }).selectOption({ index: 0 })
    await page.getByRole('button', { name: 'Create agent' }).click()
    await page.getByRole('link', { name }).click()
    await page.getByRole('combobox', { name: /^Provider/ }).selectOption('Vapi')
    const from = page.getByRole('textbox', { name: /^Phone number ID/ })
    await from.fill('+15550001111')
    await page.getByRole('button', { name: 'Save agent' }).click()
    expect(await page.getByRole('alert').innerText()).toContain('needs its assistant ID: a UUID')
    expect(await from.inputValue()).toBe('+15550001111')
    await from.fill(crypto.randomUUID())
    const options = page.getByRole('textbox', { name: /^Options/ })
    await options.fill('squad=nobody')
    await page.getByRole('button', { name: 'Save agent' }).click()
    expect(await page.getByRole('alert').innerText()).toContain('Vapi takes these options: squadId, ')
    expect(await options.inputValue()).toBe('squad=nobody')
    await options.fill(`squadId=${crypto.randomUUID()}\nassistantOverrides.firstMessage=Hello!`)
    await page.getByRole('button', { name: 'Save agent' }).click()
    const row = page.getByRole('row', { name })
    expect(await row.innerText()).toContain('Vapi')
    await page.getByLabel('Default agent in staging').selectOption(name)
    await page.getByRole('button', { name: 'Save for staging' }).click()
    expect(await row.innerText()).toContain('Staging')
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'the form of an agent asks for what the chosen provider does, and for nothing that others do, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page } = window
    await goTo(page, '/agents')
    const shown = () => page.locator('[data-provider]:visible').allInnerTexts()
    expect(await shown()).toContain('Not needed for the simulator.')
    for (const kind of providerKinds) {
      const { name, title, agent } = kind
      await page.getByRole('combobox', { name: /^Provider/ }).selectOption(name)
      const { ref, from } = agent
      const dials = [ref, from].flatMap((field) => [fieldTitle(field), `${title}: ${fieldHelp(field)}`])
      expect(await shown()).toEqual([...dials, optionsHelp(kind)])
      expect(await page.getByRole('textbox', { name: fieldTitle(ref), exact: true }).count()).toBe(1)
    }
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'from the list of agencies to a released slot with the keyboard alone, %s',
  async (_label, javaScriptEnabled) => {
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await sendTestCall(page, 'Production', '07')
    await page.goto(`${site.url}/admin/agencies`)
    for (const name of [
      'Bright Dental',
      'Calls',
      'Active slots',
      'Release slot of +12025550107',
      'Release slot',
    ]) {
      await tabTo(page, name)
      await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')])
    }
    expect(await status(page).innerText()).toContain('Failed')
    expect(complaints).toEqual([])
  },
  60_000,
)

const tabTo = async (page: Page, name: string) => {
  for (let at = 0; at < 60; at++) {
    await page.keyboard.press('Tab')
    const focused = await page.evaluate(() => {
      const element = document.activeElement
      return element?.getAttribute('aria-label') ?? element?.textContent?.trim()
    })
    if (focused === name) return
  }
  throw new Error(`the keyboard never came to "${name}"`)
}
