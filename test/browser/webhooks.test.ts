import { afterAll, beforeAll, expect, test } from 'bun:test'
import { startReceiver } from '../support/receiver.ts'
import { openSite } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

test.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
] as const)(
  'a webhook is saved, tested, mended, replayed and removed, %s',
  async (_label, javaScriptEnabled) => {
    await using receiver = startReceiver(() => new Response('not yet', { status: 503 }))
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await page.goto(`${site.url}/admin/agencies/${site.demo.agency.id}/integrations/api`)
    await page.getByRole('link', { name: 'Webhook of staging' }).click()

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
    await page.getByRole('button', { name: 'Replay all 1 that were given up' }).click()
    for (let look = 0; look < 40 && receiver.received.length < 2; look++) await Bun.sleep(100)
    expect(receiver.received.map(({ verified }) => verified)).toEqual([true, true])
    expect(receiver.received[1]?.id).toBe(receiver.received[0]?.id ?? '')
    await page.getByRole('link', { name: 'test', exact: true }).first().click()
    expect(await page.getByRole('button', { name: 'Replay' }).isVisible()).toBe(true)

    await page.goBack()
    await page.getByText('Remove the webhook').click()
    await page.getByRole('button', { name: 'Remove webhook' }).click()
    expect(await page.getByLabel('Webhook URL').inputValue()).toBe('')
    expect(complaints).toEqual([])
  },
  60_000,
)
