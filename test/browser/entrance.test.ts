import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { startBinary } from '../support/binary.ts'
import { launchBrowser } from '../support/browser.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { operator } from '../support/page.ts'
import {
  complaintsOf,
  followLink,
  makeAccount,
  refusals,
  signIn,
  withAndWithoutJavaScript,
} from '../support/site.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)
afterAll(() => browser.close(), 30_000)

/** A server that nobody has an account at yet, and windows to look at it with. */
const openServer = async (javaScriptEnabled: boolean) => {
  const directory = temporaryDirectory()
  const server = await startBinary(directory.path)
  const complaints: string[][] = []
  const open = async () => {
    const context = await browser.newContext({ javaScriptEnabled })
    const page = await context.newPage()
    complaints.push(complaintsOf(page, server.url, refusals))
    return page
  }
  return {
    ...server,
    open,
    complaints: () => complaints.flat(),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()))
      await server.kill()
      directory[Symbol.dispose]()
    },
  }
}

const agenciesOf = (page: Page) =>
  page.getByRole('heading', { name: 'Overview', exact: true }).waitFor({ timeout: 10_000 })
const signInOf = (page: Page) => page.getByRole('heading', { name: 'Sign in' }).waitFor({ timeout: 10_000 })

/** A window of the operator, who has just made the account. */
const setUp = async (server: Awaited<ReturnType<typeof openServer>>) => {
  const page = await server.open()
  await followLink(page, await server.setupLink())
  await makeAccount(page, operator)
  await agenciesOf(page)
  return page
}

test.each(withAndWithoutJavaScript)(
  'the operator sets the server up by a link that works once, signs out, and in again, %s',
  async (_label, javaScriptEnabled) => {
    await using server = await openServer(javaScriptEnabled)
    const page = await server.open()
    const link = await server.setupLink()
    await followLink(page, link)
    // An address that a browser takes for one, and we do not.
    await makeAccount(page, { ...operator, email: 'ops@localhost' })
    await page.getByRole('alert').getByText('Enter a valid email address').waitFor()
    expect(await page.getByLabel('Email').inputValue()).toBe('ops@localhost')
    await makeAccount(page, operator)
    await agenciesOf(page)
    await page.goto(link)
    await page.getByText('This setup link is not valid').waitFor()

    await page.getByRole('link', { name: 'Back to callgate' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signInOf(page)
    await page.goto(`${server.url}/admin/agencies`)
    await signInOf(page)
    await signIn(page, { ...operator, password: 'not the password' })
    await page.getByRole('alert').getByText('The email or password is wrong').waitFor()
    expect(await page.getByLabel('Email').inputValue()).toBe(operator.email)
    await signIn(page, operator)
    await page.getByRole('heading', { name: 'Agencies', exact: true }).waitFor()
    expect(new URL(page.url()).pathname).toBe('/admin/agencies')
    expect(server.complaints()).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'a new password and signing out everywhere end what is open in other windows, %s',
  async (_label, javaScriptEnabled) => {
    await using server = await openServer(javaScriptEnabled)
    const ours = await setUp(server)
    const other = await server.open()
    await other.goto(`${server.url}/admin`)
    await signIn(other, operator)
    await agenciesOf(other)

    const changed = { ...operator, password: 'another battery staple' }
    const change = async (current: string) => {
      await ours.getByLabel('Current password').fill(current)
      await ours.getByLabel('New password').fill(changed.password)
      await ours.getByRole('button', { name: 'Change password' }).click()
    }
    await ours.getByRole('link', { name: operator.email }).click()
    await change('not the password')
    await ours.getByRole('alert').getByText('The current password is wrong').waitFor()
    await change(operator.password)
    await ours.getByText('signed out everywhere else.').first().waitFor()
    await other.reload()
    await signInOf(other)
    await signIn(other, changed)
    await agenciesOf(other)

    await ours.getByRole('button', { name: 'Sign out everywhere…' }).click()
    await ours.getByRole('button', { name: 'Sign out everywhere' }).click()
    await signInOf(ours)
    await other.reload()
    await signInOf(other)
    expect(server.complaints()).toEqual([])
  },
  60_000,
)

test.each(withAndWithoutJavaScript)(
  'back in by a link from the command line, which works once, %s',
  async (_label, javaScriptEnabled) => {
    await using server = await openServer(javaScriptEnabled)
    const ours = await setUp(server)
    const other = await server.open()
    const { link = '' } = await server.command('person', 'reset', '--person', operator.email)
    const { pathname, hash } = new URL(link)
    await followLink(other, `${server.url}${pathname}${hash}`)
    await other.getByText(`For ${operator.email}.`).waitFor()
    await other.getByLabel('Password').fill('another battery staple')
    await other.getByRole('button', { name: 'Set password' }).click()
    await agenciesOf(other)
    await ours.reload()
    await signInOf(ours)
    await followLink(ours, `${server.url}${pathname}${hash}`)
    await ours.getByText('This link is not valid').waitFor()
    expect(server.complaints()).toEqual([])
  },
  60_000,
)
