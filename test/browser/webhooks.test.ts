import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startReceiver } from '../support/receiver.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

/** What is delivered arrives behind the page's back. */
const waitUntil = async (holds: () => boolean | Promise<boolean>) => {
  for (let look = 0; look < 40 && !(await holds()); look++) await Bun.sleep(100)
  expect(await holds()).toBe(true)
}

test.each(withAndWithoutJavaScript)(
  'a webhook is saved, tested, mended, replayed and removed, %s',
  async (_label, javaScriptEnabled) => {
    await using receiver = startReceiver(() => new Response('not yet', { status: 503 }))
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await page.goto(`${site.url}/admin/agencies/${site.demo.agency.id}/integrations/api`)
    await page.getByRole('link', { name: 'Staging webhook' }).click()

    await page.getByLabel('Webhook URL').fill('https://10.0.0.1:1/#fragment')
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    expect(await page.getByRole('alert').innerText()).toContain('fragment')
    expect(await page.getByLabel('Webhook URL').inputValue()).toBe('https://10.0.0.1:1/#fragment')

    await page.getByLabel('Webhook URL').fill(receiver.url)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    const secret = await page.getByLabel('Signing secret').inputValue()
    expect(secret).toMatch(/^whsec_/)
    receiver.expect(secret)
    expect(await page.getByRole('button', { name: 'Copy', exact: true }).isVisible()).toBe(javaScriptEnabled)

    await page.getByRole('button', { name: 'Send Test Webhook' }).click()
    const result = page.getByRole('status', { name: 'Result of the test' })
    expect(await result.innerText()).toContain('The test was not delivered.')
    expect(await result.innerText()).toContain('not yet')
    expect(await page.content()).not.toContain(secret)

    receiver.answer(() => new Response('thank you'))
    await page.getByRole('button', { name: 'Replay all 1 failed deliveries' }).click()
    await page.getByRole('button', { name: 'Replay all', exact: true }).click()
    await waitUntil(() => receiver.received.length === 2)
    await page.getByRole('link', { name: 'test', exact: true }).first().click()
    const replay = page.getByRole('button', { name: 'Replay' })
    await waitUntil(async () => (await page.reload(), replay.isVisible()))
    await replay.click()
    await waitUntil(() => receiver.received.length === 3)
    expect(receiver.received.map(({ verified }) => verified)).toEqual([true, true, true])
    expect(new Set(receiver.received.map(({ id }) => id)).size).toBe(1)
    await page.getByRole('link', { name: 'Staging webhook' }).click()
    await page.getByRole('button', { name: 'Remove webhook…' }).click()
    await page.getByRole('heading', { name: 'Remove the staging webhook?' }).waitFor()
    await page.getByRole('button', { name: 'Remove webhook' }).click()
    await page.getByRole('button', { name: 'Save', exact: true }).waitFor()
    expect(await page.getByLabel('Webhook URL').inputValue()).toBe('')
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'a webhook moves, is switched off and on, and signs with a new secret beside the old one, %s',
  async (_label, javaScriptEnabled) => {
    await using receiver = startReceiver()
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    const path = `/admin/agencies/${site.demo.agency.id}/integrations/api/production/webhook`
    await page.goto(`${site.url}${path}`)
    await page.getByLabel('Webhook URL').fill(receiver.url)
    await page.getByRole('button', { name: 'Save', exact: true }).click()
    await page.waitForLoadState()
    expect(await page.getByLabel('Webhook URL').inputValue()).toBe(receiver.url)
    expect(await page.getByLabel('Signing secret').count()).toBe(0)

    await page.getByRole('button', { name: 'Disable webhook…' }).click()
    await page.getByRole('button', { name: 'Disable webhook' }).click()
    await page.getByText('Pending deliveries wait.').waitFor()
    await page.getByRole('button', { name: 'Enable webhook' }).click()
    await page.getByRole('button', { name: 'Disable webhook' }).waitFor()
    expect(await page.getByText('Pending deliveries wait.').count()).toBe(0)

    await page.getByText('Rotate the signing secret').click()
    await page.getByRole('button', { name: 'Rotate secret' }).click()
    receiver.expect(await page.getByLabel('Signing secret').inputValue())
    await page.getByText('also signs until').waitFor()
    await page.getByRole('button', { name: 'Send Test Webhook' }).click()
    await page.getByText('The test was delivered.').waitFor()
    const sent = receiver.received.find(({ body }) => body.event === 'test')
    expect([sent?.verified, sent?.signatures.length]).toEqual([true, 2])
    expect(complaints).toEqual([])
  },
  60_000,
)
