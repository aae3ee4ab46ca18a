import { afterAll, beforeAll, expect, test } from 'bun:test'
import type { Browser, Page } from 'playwright-core'
import { startBinary } from '../support/binary.ts'
import { launchBrowser } from '../support/browser.ts'
import { diallerCertificate } from '../support/certificates.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { operator } from '../support/page.ts'
import { createAgency } from '../support/page-steps.ts'
import { freePort } from '../support/port.ts'
import { startProxy } from '../support/proxy.ts'
import { followLink, makeAccount, signIn } from '../support/site.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchBrowser()
}, 60_000)
afterAll(() => browser.close(), 30_000)

type Proxy = Parameters<typeof startProxy>[1]
const trusting = { CALLGATE_TRUSTED_PROXIES: '127.0.0.1' }

/** Sets a server up at an address as its browser has it, and gives a window of its operator. */
const setUpAt = async ({ origin, settings = {}, proxied }: Place) => {
  const directory = temporaryDirectory()
  const server = await startBinary(directory.path, settings)
  const proxy = proxied && startProxy(server.url, proxied.says, proxied.tls ? diallerCertificate : undefined)
  const at = origin(String(proxy?.port ?? new URL(server.url).port))
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  const page = await context.newPage()
  const { pathname, hash } = new URL(await server.setupLink())
  await followLink(page, `${at}${pathname}${hash}`)
  await makeAccount(page, operator)
  return {
    at,
    page,
    server,
    [Symbol.asyncDispose]: async () => {
      await context.close()
      proxy?.[Symbol.dispose]()
      await server.kill()
      directory[Symbol.dispose]()
    },
  }
}

const agenciesOf = (page: Page) =>
  page.getByRole('heading', { name: 'Overview', exact: true }).waitFor({ timeout: 10_000 })

const port = String(freePort())
const says: Record<string, Proxy> = {
  'keeps the host': ({ host, scheme }) => ({ host, 'x-forwarded-proto': scheme }),
  'names the host beside its own': ({ host, scheme }) => ({
    'x-forwarded-host': host,
    'x-forwarded-proto': scheme,
  }),
  'says nothing': () => ({}),
}
const behind = (how: string, tls = false) => ({ says: says[how] ?? (() => ({})), tls })

interface Place {
  origin: (port: string) => string
  settings?: Record<string, string>
  proxied?: ReturnType<typeof behind>
}

const places: Record<string, Place> = {
  'by name': { origin: (at) => `http://gate.lan:${at}` },
  'by address': { origin: (at) => `http://192.168.77.5:${at}` },
  'on this machine': { origin: (at) => `http://localhost:${at}` },
  'at its public address': {
    origin: () => `http://gate.lan:${port}`,
    settings: { CALLGATE_PORT: port, CALLGATE_PUBLIC_URL: `http://gate.lan:${port}` },
  },
  'by address, where a public address has a name': {
    origin: () => `http://192.168.77.5:${port}`,
    settings: { CALLGATE_PORT: port, CALLGATE_PUBLIC_URL: `http://gate.lan:${port}` },
  },
  'behind a proxy that keeps the host': {
    origin: (at) => `http://gate.lan:${at}`,
    proxied: behind('keeps the host'),
  },
  'behind a trusted proxy that names the host beside its own': {
    origin: (at) => `http://gate.lan:${at}`,
    settings: trusting,
    proxied: behind('names the host beside its own'),
  },
  'behind a proxy that ends TLS and keeps the host': {
    origin: (at) => `https://gate.lan:${at}`,
    settings: trusting,
    proxied: behind('keeps the host', true),
  },
  'behind a proxy that ends TLS and names the host beside its own': {
    origin: (at) => `https://gate.lan:${at}`,
    settings: trusting,
    proxied: behind('names the host beside its own', true),
  },
  'behind a proxy that ends TLS and says nothing': {
    origin: (at) => `https://gate.lan:${at}`,
    proxied: behind('says nothing', true),
  },
}

test.each(Object.keys(places))(
  'the operator sets up, signs out, signs in and sends forms %s',
  async (name) => {
    await using site = await setUpAt(places[name] as Place)
    const { at, page } = site
    await agenciesOf(page)
    await page.getByRole('button', { name: 'Sign out' }).click()
    await signIn(page, operator)
    await agenciesOf(page)
    await createAgency(page, at, 'Acme')
    expect(new URL(page.url()).origin).toBe(at)
  },
  60_000,
)

const inTheLan: Place = { origin: (at) => `http://gate.lan:${at}` }

/** A page of somebody else's that sends a form to the gate as soon as it is looked at. */
const foreign = (target: string, attributes = '') => `<!doctype html><body ${attributes}>
<form method="post" action="${target}/admin/agencies"><input name="name" value="Foreign"><input name="plan" value="agency"></form>
<script>document.forms[0].submit()</script>`

const framed = (target: string) =>
  `<!doctype html><iframe sandbox="allow-scripts allow-forms allow-top-navigation" srcdoc="${foreign(target)
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replace('method=', 'target=_top method=')}"></iframe>`

test.each([
  ['another host', 'evil.lan', foreign, {}],
  ['another port of the same host', 'gate.lan', foreign, {}],
  ['another host that says nothing of itself', 'evil.lan', foreign, { 'referrer-policy': 'no-referrer' }],
  ['another port that says nothing of itself', 'gate.lan', foreign, { 'referrer-policy': 'no-referrer' }],
  ['a sandboxed frame of another port of the same host', 'gate.lan', framed, {}],
] as const)(
  'over http in a LAN, a form from %s is refused',
  async (_name, host, html, headers) => {
    await using site = await setUpAt(inTheLan)
    const { at, page } = site
    await agenciesOf(page)
    using elsewhere = startForeign(html(at), headers)
    const answered = page.waitForResponse(`${at}/admin/agencies`)
    await page.goto(`http://${host}:${elsewhere.port}/`, { waitUntil: 'commit' })
    const response = await answered
    expect(response.request().method()).toBe('POST')
    expect(response.status()).toBe(403)
    await page.getByText('was not sent from callgate’s own address').waitFor()
    await page.goto(`${at}/admin/agencies`)
    await page.getByRole('heading', { name: 'Agencies', exact: true }).waitFor()
    expect(await page.getByText('Foreign').count()).toBe(0)
  },
  60_000,
)

test('no other host hears of a one-time link, whatever page it is followed from', async () => {
  await using site = await setUpAt(inTheLan)
  const { at, page, server } = site
  await agenciesOf(page)
  const { link = '' } = await server.command('person', 'reset', '--person', operator.email)
  const { pathname, hash } = new URL(link)
  using elsewhere = startForeign('<!doctype html><p>Elsewhere</p>', {})
  const pages = [
    async () => {
      await followLink(page, `${at}${pathname}${hash}`)
      await page.getByText(`for ${operator.email}.`).waitFor()
      expect(page.url()).toBe(`${at}/admin/new-password`)
    },
    async () => void (await page.goto(`${at}/admin/agencies`)),
  ]
  for (const open of pages)
    for (const host of ['evil.lan', 'gate.lan']) {
      await open()
      await page.evaluate((url) => location.assign(url), `http://${host}:${elsewhere.port}/`)
      await page.getByText('Elsewhere').waitFor()
    }
  expect(elsewhere.referrers).toEqual([null, null, null, null])
}, 60_000)

const startForeign = (html: string, headers: Record<string, string>) => {
  const referrers: (string | null)[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: (request) => {
      if (new URL(request.url).pathname !== '/') return new Response(null, { status: 404 })
      referrers.push(request.headers.get('referer'))
      return new Response(html, {
        headers: { 'content-type': 'text/html', 'cache-control': 'no-store', ...headers },
      })
    },
  })
  return { port: server.port, referrers, [Symbol.dispose]: () => void server.stop(true) }
}
