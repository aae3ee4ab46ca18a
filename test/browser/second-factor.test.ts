import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { violationsOf } from '../support/accessibility.ts'
import { codeOf } from '../support/authenticator.ts'
import { operator } from '../support/page.ts'
import { acceptInvitation, complaintsOf, followLink, nobody, openSite, signIn } from '../support/site.ts'

let site: Awaited<ReturnType<typeof openSite>>
/** Passkeys belong to a host name, which an IP address is not. */
let url: string
beforeAll(async () => {
  site = await openSite()
  url = site.url.replace('127.0.0.1', 'localhost')
}, 60_000)
afterAll(() => site[Symbol.asyncDispose]())

/** Lets a new operator in. */
const enter = async (page: Page, email: string) => {
  const account = { email, password: operator.password }
  const { link = '' } = await site.command('person', 'invite', '--email', email, '--role', 'operator')
  await followLink(page, link.replace(site.url, url))
  await acceptInvitation(page, account.password)
  await arrive(page)
  return account
}
const arrive = (page: Page) => page.getByRole('heading', { name: 'Overview', exact: true }).waitFor()
const signOut = async (page: Page) => {
  await page.goto(`${url}/admin/account`)
  await page.getByRole('button', { name: 'Sign out', exact: true }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
}

/** What is wrong with the page as it is: for assistive technology, or on a screen of 320 pixels. */
const flawsOf = async (page: Page, name: string) => {
  const violations = await violationsOf(page)
  const size = page.viewportSize()
  await page.setViewportSize({ width: 320, height: 800 })
  const width = await page.evaluate(() => document.documentElement.scrollWidth)
  if (size) await page.setViewportSize(size)
  return [
    ...violations.map(({ id, nodes }) => `${name}: ${id} ${nodes[0]?.html}`),
    ...(width > 320 ? [`${name}: ${width} pixels wide`] : []),
  ]
}

test('a passkey is added, is the second factor, and signs in alone', async () => {
  await using window = await site.open({ storageState: nobody })
  const { page } = window
  const complaints = complaintsOf(page, url)
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  const flaws: string[] = []

  const account = await enter(page, 'key@example.com')
  await page.goto(`${url}/admin/account/passkey`)
  flaws.push(...(await flawsOf(page, 'add a passkey')))
  await page.getByLabel('Name').fill('This computer')
  await page.getByRole('button', { name: 'Add passkey' }).click()
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
  flaws.push(...(await flawsOf(page, 'recovery codes')))
  await page.getByRole('link', { name: 'I’ve saved them' }).click()
  await page.getByRole('cell', { name: 'This computer', exact: true }).waitFor()
  flaws.push(...(await flawsOf(page, 'second factors')))
  await page.getByRole('link', { name: 'Change This computer' }).click()
  flaws.push(...(await flawsOf(page, 'a second factor')))

  await page.goto(`${url}/admin/people`)
  await page.getByRole('link', { name: `Reset the second factor of ${account.email}` }).click()
  flaws.push(...(await flawsOf(page, 'reset')))
  await page.goto(`${url}/admin/account/authenticator`)
  flaws.push(...(await flawsOf(page, 'add an authenticator app')))
  // A browser that keeps the page in its memory keeps no secret with it.
  expect(await page.locator('.qr-code path').count()).toBe(2)
  await page.evaluate(() => dispatchEvent(new Event('pagehide')))
  expect(await page.getByLabel('If you can’t scan the code').inputValue()).toBe('')
  expect(await page.locator('.qr-code path').count()).toBe(0)

  await signOut(page)
  flaws.push(...(await flawsOf(page, 'sign in')))
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await arrive(page)

  await signOut(page)
  await signIn(page, account)
  await page.getByRole('heading', { name: 'Second factor' }).waitFor()
  flaws.push(...(await flawsOf(page, 'second step')))
  await page.getByRole('button', { name: 'Use a passkey' }).click()
  await arrive(page)

  await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false })
  await signOut(page)
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click()
  await page.getByText('The passkey was not used').waitFor()
  expect(flaws).toEqual([])
  expect(complaints).toEqual([])
}, 120_000)

test('without JavaScript, an authenticator app is added and signs in, and passkeys say what they need', async () => {
  await using window = await site.open({ storageState: nobody, javaScriptEnabled: false })
  const { page } = window
  const account = await enter(page, 'app@example.com')
  await page.goto(`${url}/admin/account/passkey`)
  await page.getByText('Passkeys need JavaScript').waitFor()
  expect(await page.getByRole('button', { name: 'Add passkey' }).count()).toBe(0)
  await page.goto(`${url}/admin/account/authenticator`)
  const secret = await page.getByLabel('If you can’t scan the code').inputValue()
  await page.getByLabel('Code from the app').fill(codeOf(secret, Date.now()))
  await page.getByRole('button', { name: 'Add authenticator app' }).click()
  await page.getByRole('heading', { name: 'Recovery codes' }).waitFor()
  await signOut(page)
  await signIn(page, account)
  // The code that added the app is used up; the next one is valid already.
  await page.getByLabel('Code from your authenticator app').fill(codeOf(secret, Date.now() + 30_000))
  await page.getByRole('button', { name: 'Continue' }).click()
  await arrive(page)
}, 60_000)

test('a form that waited for the confirmation is sent as it was filled in', async () => {
  await using window = await site.open({ storageState: nobody })
  const { page } = window
  await enter(page, 'late@example.com')
  // Ten minutes later, the page of the form itself has these fields: see test/http/admin/confirmation.test.ts.
  await page.evaluate(() => {
    const form = document.createElement('form')
    Object.assign(form, { method: 'post', action: '/admin/confirm' })
    const fields = { confirm_path: '/admin/people/invite', confirm_password: '-', email: 'new@example.com' }
    for (const [name, value] of Object.entries(fields))
      form.append(Object.assign(document.createElement('input'), { name, value }))
    document.body.append(form)
    form.submit()
  })
  await page.getByRole('heading', { name: 'Confirm that it’s you' }).waitFor()
  expect(await flawsOf(page, 'confirmation')).toEqual([])
  await page.getByLabel('Password').fill(operator.password)
  await page.getByRole('button', { name: 'Confirm', exact: true }).click()
  await page.getByRole('heading', { name: 'Invitation' }).waitFor()
  await page.goto(`${url}/admin/people`)
  await page.getByRole('cell', { name: 'new@example.com', exact: true }).waitFor()
}, 60_000)
