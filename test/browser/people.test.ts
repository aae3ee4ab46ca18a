import { AxeBuilder } from '@axe-core/playwright'
import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { startBinary } from '../support/binary.ts'
import { launchBrowser } from '../support/browser.ts'
import { complaintsOf } from '../support/site.ts'
import { temporaryDirectory } from '../support/directory.ts'

const operator = { email: 'ops@example.com', password: 'correct horse battery' }
const directory = temporaryDirectory()
let browser: Browser
let server: Awaited<ReturnType<typeof startBinary>>
let agency = ''

beforeAll(async () => {
  server = await startBinary(directory.path)
  browser = await launchBrowser()
  const { page, context } = await open()
  await page.goto(await server.setupLink())
  await makeAccount(page, operator)
  await page.getByRole('heading', { name: 'Agencies', exact: true }).waitFor()
  await context.close()
  agency = (await server.command('agency', 'create', '--name', 'Acme', '--plan', 'agency')).id ?? ''
}, 60_000)

afterAll(async () => {
  await browser.close()
  await server.kill()
  directory[Symbol.dispose]()
}, 30_000)

/** A browser of its own. Whatever it complains about or asks of another host ends up in `complaints`. */
const open = async (options: BrowserContextOptions = {}) => {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  const complaints = complaintsOf(page, server.url)
  return { context, page, complaints }
}

const makeAccount = async (page: Page, { email, password }: typeof operator) => {
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
}

const signIn = async (page: Page, { email, password }: typeof operator) => {
  await page.goto(`${server.url}/admin`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Sign out', exact: true }).waitFor()
}

const invitedTo = async (page: Page, path: string, button: string) => {
  await page.goto(`${server.url}${path}`)
  await page.getByRole('button', { name: button }).click()
  await page.getByText('it will not be shown again').waitFor()
  return page.getByLabel('Link').inputValue()
}

test.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])(
  'inviting an admin, who sees one agency until they are removed, %s',
  async (label, javaScriptEnabled) => {
    const admin = { email: `${javaScriptEnabled}@example.com`, password: 'a password of mine' }
    const ours = await open({ javaScriptEnabled })
    await signIn(ours.page, operator)
    const link = await invitedTo(ours.page, `/admin/agencies/${agency}`, 'Invite an admin')

    const theirs = await open({ javaScriptEnabled })
    await theirs.page.goto(link)
    await theirs.page.getByText('as an admin of Acme').waitFor()
    await makeAccount(theirs.page, admin)
    await theirs.page.getByRole('heading', { name: 'Acme' }).waitFor()
    expect(await theirs.page.getByRole('link', { name: 'People' }).count()).toBe(0)
    expect(await theirs.page.getByRole('button', { name: 'Save plan' }).count()).toBe(0)

    await theirs.page.getByRole('link', { name: admin.email }).click()
    await theirs.page.getByLabel('Current password').fill(admin.password)
    await theirs.page.getByLabel('New password').fill(`another password ${label}`)
    await theirs.page.getByRole('button', { name: 'Change password' }).click()
    await theirs.page.getByText('The password is changed').waitFor()

    await ours.page.getByRole('link', { name: 'People', exact: true }).click()
    await ours.page.getByRole('link', { name: `Remove ${admin.email}` }).click()
    await ours.page.getByText('They are signed out at once').waitFor()
    await ours.page.getByRole('button', { name: 'Remove' }).click()
    await ours.page.getByRole('heading', { name: 'People' }).waitFor()
    expect(await ours.page.getByText(admin.email).count()).toBe(0)
    await theirs.page.reload()
    await theirs.page.getByRole('heading', { name: 'Sign in' }).waitFor()

    await ours.page.goto(`${server.url}/admin/agencies/${agency}`)
    await ours.page.getByRole('link', { name: 'Audit', exact: true }).click()
    await ours.page.getByText(`removed a person: ${admin.email}`).waitFor()
    const downloading = ours.page.waitForEvent('download')
    await ours.page.getByRole('link', { name: 'Download all as CSV' }).click()
    const file = await Bun.file(await (await downloading).path()).text()
    expect(file).toContain(`person.removed,${admin.email}\r\n`)
    expect([...ours.complaints, ...theirs.complaints]).toEqual([])
    await ours.context.close()
    await theirs.context.close()
  },
  60_000,
)

test('back in by a link from the command line', async () => {
  const { context, page, complaints } = await open()
  const { link = '' } = await server.command('admin', 'reset', '--email', operator.email)
  await page.goto(`${server.url}${new URL(link).pathname}${new URL(link).search}`)
  await page.getByLabel('Password').fill(operator.password)
  await page.getByRole('button', { name: 'Set password' }).click()
  await page.getByRole('heading', { name: 'Agencies', exact: true }).waitFor()
  expect(complaints).toEqual([])
  await context.close()
}, 60_000)

test.each(['light', 'dark'] as const)(
  'no page about people or the audit has an accessibility violation or runs over on a phone: %s',
  async (colorScheme) => {
    const { context, page, complaints } = await open({ colorScheme })
    await signIn(page, operator)
    const violations: string[] = []
    const look = async (name: string) => {
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 })
        const result = await new AxeBuilder({ page }).analyze()
        violations.push(...result.violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`))
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
        if (overflow > 0) violations.push(`${name}: ${overflow} px too wide at ${width}`)
      }
    }
    const link = await invitedTo(page, '/admin/people', 'Invite an operator')
    await look('invitation link')
    await page.getByRole('link', { name: 'I have sent it' }).click()
    await look('people')
    await page.getByRole('link', { name: `Remove ${operator.email}` }).click()
    await look('removing a person')
    await page.goto(link)
    await look('invitation')
    await page.goto(`${server.url}/admin/account`)
    await look('account')
    await page.goto(`${server.url}/admin/agencies/${agency}`)
    await look('overview')
    await page.goto(`${server.url}/admin/agencies/${agency}/audit`)
    await look('audit of an agency')
    await page.goto(`${server.url}/admin/audit`)
    await look('audit log')
    const { link: reset = '' } = await server.command('admin', 'reset', '--email', operator.email)
    await page.goto(`${server.url}${new URL(reset).pathname}${new URL(reset).search}`)
    await look('new password')
    expect(violations).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
  },
  120_000,
)
