import type { Locator, Page } from 'playwright-core'
import { openSite } from '../support/site.ts'
import { enlarge, type Wanted } from './tasks-data.ts'

/** Counts what a person does at the dashboard for usual tasks, in a real browser: `bun test/bench/tasks.ts`. */

/** A hand at the mouse and the keyboard, which counts what it does. */
const handOf = (page: Page) => {
  const counts = { clicks: 0, keys: 0, typed: 0 }
  return {
    counts,
    page,
    click: async (target: Locator) => {
      counts.clicks++
      await target.click()
    },
    press: async (key: string) => {
      counts.keys++
      await page.keyboard.press(key)
    },
    type: async (text: string) => {
      counts.typed++
      await page.keyboard.insertText(text)
    },
  }
}
type Hand = ReturnType<typeof handOf>

const agencyName = 'Bright Dental'
const find = async ({ press, type }: Hand, text: string) => {
  await press('/')
  await type(text)
  await press('Enter')
}
const link = ({ page }: Hand, name: string) => page.getByRole('link', { name, exact: true }).first()
const card = ({ page }: Hand, name: string) => page.getByRole('article', { name })
const button = ({ page }: Hand, name: string | RegExp) => page.getByRole('button', { name })

const openApi = async (hand: Hand) => {
  await find(hand, agencyName)
  await hand.click(link(hand, 'Integrations'))
  await hand.click(hand.page.getByRole('button', { name: /^(?:Manage|Connect)$/ }))
}

/** Each begins on the first page and ends when the person sees what they wanted. */
const tasks: Record<string, (hand: Hand, wanted: Wanted) => Promise<void>> = {
  'find a call by its number': async (hand, { phoneNumber }) => {
    await find(hand, phoneNumber)
    await hand.page.getByRole('heading', { name: `Call to ${phoneNumber}` }).waitFor()
  },
  'find why a request was rejected': async (hand, { requestId }) => {
    await find(hand, requestId)
    await hand.page.getByRole('heading', { name: 'The rate limit was exceeded' }).waitFor()
  },
  'rotate a key and see who uses the old one': async (hand) => {
    await openApi(hand)
    await hand.click(card(hand, 'Staging').getByRole('button', { name: 'Rotate API Key' }))
    await hand.click(button(hand, 'Rotate API Key'))
    await hand.click(link(hand, 'I’ve stored it securely'))
    await card(hand, 'Staging').getByText('nightly-report').first().waitFor()
  },
  'replay all failed webhooks': async (hand) => {
    await hand.click(link(hand, 'Deliveries'))
    await hand.click(button(hand, /^Replay all \d/))
    await hand.click(button(hand, 'Replay all'))
    await hand.page.getByText('Failed 0').waitFor()
  },
  'invite an admin': async (hand) => {
    await find(hand, agencyName)
    await hand.click(hand.page.getByLabel('Email'))
    await hand.type(`${crypto.randomUUID()}@example.com`)
    await hand.click(button(hand, 'Invite an admin'))
    await hand.page.getByLabel('Link').waitFor()
  },
  'shut a leaked key, of which the last four characters are known': async (hand, { last4 }) => {
    await find(hand, `…${last4}`)
    await hand.click(card(hand, 'Production').getByRole('switch'))
    await hand.click(button(hand, 'Disable API access'))
    await card(hand, 'Production').getByText('Disabled.').waitFor()
  },
}

let wanted: Wanted = { phoneNumber: '', requestId: '', last4: '' }
await using site = await openSite({
  prepare: (sqlite) => {
    wanted = enlarge(sqlite)
  },
})
const cell = (text: string | number) => String(text).padStart(9)
process.stdout.write(`${'task'.padEnd(64)}${['clicks', 'keys', 'typed', 'seconds'].map(cell).join('')}\n`)
for (const [name, work] of Object.entries(tasks)) {
  await using window = await site.open({ viewport: { width: 1280, height: 800 } })
  window.page.setDefaultTimeout(10_000)
  await window.page.goto(`${site.url}/admin`)
  const hand = handOf(window.page)
  const begunAt = performance.now()
  const failure = await work(hand, wanted).then(
    () => '',
    (error: unknown) => `  not reached: ${String(error).split('\n')[0]}`,
  )
  const { clicks, keys, typed } = hand.counts
  const seconds = ((performance.now() - begunAt) / 1000).toFixed(2)
  process.stdout.write(`${name.padEnd(64)}${[clicks, keys, typed, seconds].map(cell).join('')}${failure}\n`)
}
