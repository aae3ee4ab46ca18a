import type { Database } from 'bun:sqlite'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { createStores } from '../../src/storage/stores.ts'
import { startBinary } from './binary.ts'
import { launchBrowser } from './browser.ts'
import { seedDemo } from './demo.ts'
import { temporaryDirectory } from './directory.ts'
import { operator } from './page.ts'

/** Every flow of the page is tried in both of these. */
export const withAndWithoutJavaScript = [
  ['with JavaScript', true],
  ['without JavaScript', false],
] as const

/** For a window in which nobody is signed in. */
export const nobody = { cookies: [], origins: [] }

interface SiteOptions {
  /** Changes the demo's data before it is served. */
  prepare?: (sqlite: Database) => void
  account?: Account
}

/** The compiled executable with the demo's data and an operator, and a browser to look at it with. */
export const openSite = async ({ prepare, account = operator }: SiteOptions = {}) => {
  const directory = temporaryDirectory()
  const dataDir = new DataDir({ dataDir: directory.path, secret: null })
  const database = dataDir.openDatabase()
  const demo = seedDemo(createStores(database, dataDir.secret()), Date.now())
  prepare?.(database.sqlite)
  database.close()
  const server = await startBinary(directory.path, { CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true' })
  const browser = await launchBrowser()

  const first = await browser.newContext()
  const entrance = await first.newPage()
  await followLink(entrance, await server.setupLink())
  await makeAccount(entrance, account)
  await entrance.getByRole('heading', { name: 'Overview', exact: true }).waitFor()
  const storageState = await first.storageState()
  await first.close()

  /** A window of its own, of the operator. Whatever it complains about or asks of another host ends up in `complaints`. */
  const open = async (options: BrowserContextOptions = {}) => {
    const context = await browser.newContext({ storageState, ...options })
    const page = await context.newPage()
    const complaints = complaintsOf(page, server.url, refusals)
    return { page, complaints, [Symbol.asyncDispose]: () => context.close() }
  }
  return {
    demo,
    url: server.url,
    command: server.command,
    open,
    [Symbol.asyncDispose]: async () => {
      await browser.close()
      await server.kill()
      directory[Symbol.dispose]()
    },
  }
}

/** A password that is wrong, a page that is not there and a form that was refused are among what is tried. */
export const refusals = /status of 4(01|04|22)/

type Account = typeof operator

/** Opens a one-time link. The page's script goes on with the code; without it, the person pastes the link. */
export const followLink = async (page: Page, link: string) => {
  await page.goto(link)
  if (!page.url().includes('#')) return
  await page.getByLabel('Link or code').fill(link)
  await page.getByRole('button', { name: 'Continue' }).click()
}

/** On the page behind a one-time link. */
export const makeAccount = async (page: Page, { email, password }: Account) => {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
}

/** On the page of an invitation. */
export const acceptInvitation = async (page: Page, password: string) => {
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Create account' }).click()
}

/** On the page of the sign-in. */
export const signIn = async (page: Page, { email, password }: Account) => {
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** Whatever a page complains about, but for what is expected, and whatever it asks of another host. */
export const complaintsOf = (page: Page, url: string, expected?: RegExp) => {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' && !expected?.test(message.text())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) complaints.push(request.url())
  })
  return complaints
}
