import { afterAll, beforeAll, expect, test } from 'bun:test'
import { json, serving } from '../support/fakes/serving.ts'
import { createAgency } from '../support/page-steps.ts'
import { openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

test.each(withAndWithoutJavaScript)(
  'connecting one’s own dialler at the page, with a secret made there, %s',
  async (label, javaScriptEnabled) => {
    using dialler = await serving(json({ ok: true }))
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await createAgency(page, site.url, `Diallers ${label}`)
    await page.getByRole('link', { name: 'Integrations' }).first().click()
    await page.getByRole('link', { name: 'Your own dialler' }).click()
    await page.getByLabel('Base URL').fill(dialler.url)
    await page.getByRole('button', { name: 'Save account' }).click()
    const secret = await page.locator('#made-secret').inputValue()
    expect(secret).toMatch(/^whsec_/)
    expect(await page.getByRole('button', { name: 'Copy', exact: true }).isVisible()).toBe(javaScriptEnabled)
    await page.getByText(`${site.url}/hooks/http/`).waitFor()
    await page.getByRole('link', { name: 'Integrations' }).first().click()
    await page.getByText('– connected').waitFor()
    expect(complaints).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'wrong credentials are refused with the address kept, right ones connect, change and go, %s',
  async (label, javaScriptEnabled) => {
    const accepted = new Set(['Bearer the-right-key', 'Bearer the-next-key'])
    using vapi = await serving(({ headers }) =>
      accepted.has(headers.get('authorization') ?? '') ? json([]) : json({ message: 'no' }, 401),
    )
    await using window = await site.open({ javaScriptEnabled })
    const { page, complaints } = window
    await createAgency(page, site.url, `Accounts ${label}`)
    const save = async (typed: Record<string, string>) => {
      for (const [name, value] of Object.entries(typed)) await page.getByLabel(name).fill(value)
      await page.getByRole('button', { name: 'Save account' }).click()
    }
    await page.getByRole('link', { name: 'Integrations' }).first().click()
    await page.getByRole('link', { name: 'Vapi' }).click()
    await page.getByLabel('Private API key').fill('seen by nobody')
    const masked = await page
      .getByLabel('Private API key')
      .evaluate((field) => getComputedStyle(field).getPropertyValue('-webkit-text-security'))
    expect(masked).toBe('disc')
    await save({
      'Private API key': 'a-wrong-key',
      'Custom Credential of the server URL': 'the-secret-of-the-account-hook',
      'Base URL': vapi.url,
    })
    expect(await page.getByRole('alert').innerText()).toContain('rejected these credentials')
    expect(await page.getByLabel('Base URL').inputValue()).toBe(vapi.url)
    expect(await page.content()).not.toContain('a-wrong-key')
    await page.getByRole('heading', { name: 'Connect an account' }).waitFor()

    await save({
      'Private API key': 'the-right-key',
      'Custom Credential of the server URL': 'the-secret-of-the-account-hook',
    })
    await page.getByRole('heading', { name: 'Change the account' }).waitFor()
    await save({ 'Private API key': 'another-wrong-key' })
    await page.getByRole('alert').waitFor()
    // The secret of the hook is left empty, and kept.
    await save({ 'Private API key': 'the-next-key' })
    await page.getByRole('alert').waitFor({ state: 'hidden' })
    expect(vapi.seen.map(({ headers }) => headers.get('authorization')?.slice(7))).toEqual([
      'a-wrong-key',
      'the-right-key',
      'another-wrong-key',
      'the-next-key',
    ])

    await page.getByRole('button', { name: 'Test the credentials' }).click()
    await page.getByRole('status').getByText('Vapi accepts the credentials.').waitFor()
    accepted.clear()
    await page.getByRole('button', { name: 'Test the credentials' }).click()
    await page.getByRole('alert').getByText('The test failed.').waitFor()
    await page.getByRole('button', { name: 'Remove account…' }).click()
    await page.getByText('0 agents call with it.').waitFor()
    await page.getByRole('button', { name: 'Remove account' }).click()
    await page.getByRole('heading', { name: 'Integrations' }).waitFor()
    expect(await page.getByText('– connected').count()).toBe(0)
    expect(complaints).toEqual([])
  },
  60_000,
)
