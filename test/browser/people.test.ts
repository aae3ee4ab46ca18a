import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { violationsOf } from '../support/accessibility.ts'
import { operator } from '../support/page.ts'
import { acceptInvitation, followLink, nobody, openSite, withAndWithoutJavaScript } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
let home = ''
beforeAll(async () => {
  site = await openSite()
  home = `/admin/agencies/${site.demo.agency.id}`
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

const invitedTo = async (page: Page, path: string, button: string, email: string) => {
  await page.goto(`${site.url}${path}`)
  await page.getByLabel('Email').fill(email)
  await page.getByRole('button', { name: button }).click()
  await page.getByText('won’t be shown again').waitFor()
  return page.getByLabel('Link').inputValue()
}

test.each(withAndWithoutJavaScript)(
  'inviting an admin, who sees one agency until they are removed, %s',
  async (label, javaScriptEnabled) => {
    const admin = { email: `${javaScriptEnabled}@example.com`, password: 'a password of mine' }
    await using ours = await site.open({ javaScriptEnabled })
    const link = await invitedTo(ours.page, home, 'Invite an admin', admin.email)
    expect(await ours.page.getByRole('button', { name: 'Copy' }).isVisible()).toBe(javaScriptEnabled)

    await using theirs = await site.open({ javaScriptEnabled, storageState: nobody })
    await followLink(theirs.page, link)
    await theirs.page.getByText('as an admin of Bright Dental').waitFor()
    await theirs.page.getByText(admin.email).waitFor()
    await acceptInvitation(theirs.page, admin.password)
    await theirs.page.getByRole('heading', { name: 'Bright Dental' }).waitFor()
    expect(await theirs.page.getByRole('link', { name: 'People' }).count()).toBe(0)
    expect(await theirs.page.getByRole('button', { name: 'Save plan' }).count()).toBe(0)

    await theirs.page.getByRole('link', { name: admin.email }).click()
    await theirs.page.getByLabel('Current password').fill(admin.password)
    await theirs.page.getByLabel('New password').fill(`another password ${label}`)
    await theirs.page.getByRole('button', { name: 'Change password' }).click()
    await theirs.page.getByText('Your password was changed').waitFor()

    await ours.page.getByRole('link', { name: 'People', exact: true }).first().click()
    await ours.page.getByRole('link', { name: `Remove ${admin.email}` }).click()
    await ours.page.getByText('They can’t sign in again').waitFor()
    await ours.page.getByRole('button', { name: 'Remove' }).click()
    await ours.page.getByRole('heading', { name: 'People' }).waitFor()
    const listed = ours.page.getByRole('region', { name: 'People' })
    expect(await listed.getByText(admin.email).count()).toBe(0)
    await theirs.page.reload()
    await theirs.page.getByRole('heading', { name: 'Sign in' }).waitFor()

    await ours.page.goto(`${site.url}${home}`)
    await ours.page
      .getByRole('navigation', { name: 'Bright Dental' })
      .getByRole('link', { name: 'Audit log' })
      .click()
    await ours.page.getByText(`removed a person: ${admin.email}`).first().waitFor()
    const downloading = ours.page.waitForEvent('download')
    await ours.page.getByRole('link', { name: 'Download all as CSV' }).click()
    const file = await Bun.file(await (await downloading).path()).text()
    expect(file).toContain(`person.removed,${admin.email},`)
    expect([...ours.complaints, ...theirs.complaints]).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'an invitation that is taken back lets nobody in, another makes an operator, %s',
  async (_label, javaScriptEnabled) => {
    const second = { email: `second-${javaScriptEnabled}@example.com`, password: 'a password of mine' }
    await using ours = await site.open({ javaScriptEnabled })
    await using theirs = await site.open({ javaScriptEnabled, storageState: nobody })
    const revoked = await invitedTo(ours.page, '/admin/people', 'Invite an operator', second.email)
    await ours.page.getByRole('link', { name: 'Done' }).click()
    await ours.page.getByRole('button', { name: 'Revoke the invitation' }).click()
    await ours.page.getByText('There are no pending invitations').waitFor()
    await followLink(theirs.page, revoked)
    await theirs.page.getByText('This link is not valid').waitFor()

    await followLink(
      theirs.page,
      await invitedTo(ours.page, '/admin/people', 'Invite an operator', second.email),
    )
    await acceptInvitation(theirs.page, second.password)
    await theirs.page.getByRole('link', { name: 'People', exact: true }).click()
    await theirs.page.getByRole('link', { name: `Remove ${second.email}` }).click()
    await theirs.page.getByText('This is you').waitFor()
    await theirs.page.getByRole('button', { name: 'Remove' }).click()
    await theirs.page.getByRole('heading', { name: 'Sign in' }).waitFor()
    expect([...ours.complaints, ...theirs.complaints]).toEqual([])
  },
  60_000,
)

test.each(['light', 'dark'] as const)(
  'no page on the way of an invitation has an accessibility violation or runs over on a phone: %s',
  async (colorScheme) => {
    await using window = await site.open({ colorScheme })
    const { page, complaints } = window
    const violations: string[] = []
    const look = async (name: string) => {
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        const found = await violationsOf(page, colorScheme)
        violations.push(...found.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`))
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (overflow > 0) violations.push(`${name}: ${overflow} px too wide at ${width}`)
      }
    }
    const link = await invitedTo(page, '/admin/people', 'Invite an operator', `${colorScheme}@example.com`)
    await look('invitation link')
    await page.getByRole('link', { name: 'Done' }).click()
    await look('people')
    await page.getByRole('link', { name: `Remove ${operator.email}` }).click()
    await look('removing a person')
    await followLink(page, link)
    await page.getByLabel('Password').waitFor()
    await look('invitation')
    await page.goto(`${site.url}/admin/new-password/open`)
    await look('code')
    await page.goto(`${site.url}/admin/people`)
    await page.getByRole('button', { name: 'Revoke the invitation' }).click()
    const { link: reset = '' } = await site.command('person', 'reset', '--person', operator.email)
    await followLink(page, `${site.url}${new URL(reset).pathname}${new URL(reset).hash}`)
    await page.getByLabel('Password').waitFor()
    await look('new password')
    expect(violations).toEqual([])
    expect(complaints).toEqual([])
  },
  120_000,
)
