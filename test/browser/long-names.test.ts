import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Database } from 'bun:sqlite'
import type { Page } from 'playwright-core'
import { providerKinds } from '../../src/providers/kinds.ts'
import { operator } from '../support/page.ts'
import { pagesOf } from '../support/pages.ts'
import { followLink, openSite } from '../support/site.ts'
import { sayEverywhere } from '../support/spoken.ts'

/** Longer than any page is wide, and nowhere a place to break it. */
const long = 'W'.repeat(200)
const longUrl = `https://${'w'.repeat(60)}.example/${long}`
/** A label of a host has at most 63 characters. */
const account = { ...operator, email: `${'o'.repeat(120)}@${'w'.repeat(60)}.example` }

const rename = (sqlite: Database) => {
  sayEverywhere(sqlite, long)
  sqlite.run('update webhooks set url = ?, off_reason = ?', [longUrl, long])
  sqlite.run('update provider_accounts set base_url = ?', [longUrl])
  sqlite.run('update keys set leaked_where = ?, leaked_at = created_at, exposed_at = created_at', [long])
  sqlite.run('update calls set reason = ?, reason_code = ?', [long, 'provider_refused'])
}

let site: Awaited<ReturnType<typeof openSite>>
beforeAll(async () => {
  site = await openSite({ prepare: rename, account })
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

/** How far a page can be scrolled sideways, with all that it folds away in view. */
const overflowOf = (page: Page) =>
  page.evaluate(() => {
    for (const details of document.querySelectorAll('details')) details.open = true
    return document.documentElement.scrollWidth - document.documentElement.clientWidth
  })

test.each([320, 1280])(
  'no page scrolls sideways on a screen of %i pixels, however long what people name and say is',
  async (width) => {
    await using window = await site.open({ viewport: { width, height: 800 }, javaScriptEnabled: false })
    const { page } = window
    const wide: string[] = []
    const look = async (name: string) => {
      const overflow = await overflowOf(page)
      if (overflow > 0) wide.push(`${name}: ${overflow}`)
    }
    const { agency } = site.demo
    const integrations = `/admin/agencies/${agency.id}/integrations`
    const providers = providerKinds.map(({ name }) => [
      `provider ${name}`,
      `${integrations}/providers/${name}`,
    ])
    const links = [
      (await site.command('person', 'reset', '--person', account.email)).link ?? '',
      (await site.command('person', 'invite', '--email', 'new@example.com', '--agency', agency.id)).link ??
        '',
    ].map((link) => new URL(link))
    const other = [
      ['sign-in', '/admin/sign-in'],
      ['code', '/admin/invitation/open'],
    ]
    const all = { ...pagesOf(site.demo), ...Object.fromEntries([...providers, ...other]) }
    for (const [name, path] of Object.entries(all)) {
      await page.goto(site.url + path)
      await look(name)
    }
    for (const { pathname, hash } of links) {
      await followLink(page, `${site.url}${pathname}${hash}`)
      await page.getByLabel('Password').waitFor()
      await look(pathname)
    }

    const open = async (path: string, button: string | RegExp, name: string) => {
      await page.goto(site.url + path)
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      })
      await page.getByRole('button', { name: button }).first().click()
      await look(name)
    }
    await open(`${integrations}/api/production/rotate`, 'Rotate API Key', 'new key')
    await open(`${integrations}/api/production/webhook`, 'Rotate secret', 'new webhook secret')
    await page.goto(`${site.url}/admin/people`)
    await page.getByLabel('Email').fill('another@example.com')
    await page.getByRole('button', { name: 'Invite an operator' }).click()
    await look('invitation link')
    await page.goto(`${site.url}/admin/people`)
    await page
      .getByRole('link', { name: /^Remove/ })
      .first()
      .click()
    await look('remove a person')

    await page.goto(`${site.url}/admin/agencies`)
    await page.getByText('New agency').click()
    await page.getByLabel('Name').evaluate((field) => field.removeAttribute('maxlength'))
    await page.getByLabel('Name').fill(long)
    await page.getByRole('button', { name: 'Create agency' }).click()
    await page.getByRole('alert').waitFor()
    await look('refused agency')
    expect(wide).toEqual([])
  },
  300_000,
)
