import { expect, test } from 'bun:test'
import fc from 'fast-check'
import { ownPage } from '../../../src/http/admin/entrance/going-to.ts'
import { addApp, createVisitor } from '../../support/authenticator.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator, operator } from '../../support/page.ts'

const wanted = '/admin/people?x=1&y=%2F'
const signInPath = `/admin/sign-in?next=${encodeURIComponent(wanted)}`
const nextIn = (html: string) => /name="next" value="([^"]*)"/.exec(html)?.[1]?.replaceAll('&amp;', '&')

test('a page that needs a session leads to the sign-in, and the sign-in, also after a wrong password, back to it', async () => {
  const gate = createGate()
  await createOperator(gate)
  const page = createVisitor(gate)
  expect((await page.visit(wanted)).headers.get('location')).toBe(signInPath)
  expect(nextIn(await (await page.visit(signInPath)).text())).toBe(wanted)
  const wrong = await page.post('/admin/sign-in', { ...operator, password: 'wrong', next: wanted })
  expect(nextIn(await wrong.text())).toBe(wanted)
  const right = await page.post('/admin/sign-in', { ...operator, next: wanted })
  expect(right.headers.get('location')).toBe(wanted)
})

test('a second factor comes in between, and leads on to the same page', async () => {
  const gate = createGate()
  const page = createVisitor(gate, (await createOperator(gate)).cookie)
  const { code } = await addApp(gate, page)
  await page.post('/admin/sign-out')
  await page.post('/admin/sign-in', { ...operator, next: wanted })
  const step = (await page.visit(wanted)).headers.get('location') ?? ''
  expect(step).toBe(`/admin/second-factor?next=${encodeURIComponent(wanted)}`)
  expect(nextIn(await (await page.visit(step)).text())).toBe(wanted)
  const wrong = await page.post('/admin/second-factor', { code: '000000', next: wanted })
  expect(nextIn(await wrong.text())).toBe(wanted)
  await gate.clock.advance(60_000)
  const right = await page.post('/admin/second-factor', { code: code(), next: wanted })
  expect(right.headers.get('location')).toBe(wanted)
})

test('a form that needs a session is not come back to: a browser would look at it, not send it', async () => {
  const gate = createGate()
  const response = await gate.request('/admin/people/invite', {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin' },
  })
  expect(response.headers.get('location')).toBe('/admin/sign-in')
})

test.each([
  'https://evil.example/admin/x',
  '//evil.example/admin/',
  '/admin/../..//evil.example',
  '/admin/..//evil.example',
  '/\\evil.example',
  '/admin/\\..\\..\\\\evil.example',
  '/admin/%2e%2e/%2e%2e//evil.example',
  '/admin/\t/evil.example',
  '/admin/x\r\nset-cookie: a=b',
  'javascript:alert(1)//admin/',
  ' /admin/people',
  '/administrator',
  '/docs',
  '/admin/sign-out',
  '/admin/sign-in/oidc',
  '/admin/x/../sign-in',
  '/admin/confirm',
  `/admin/${'x'.repeat(1000)}`,
  '',
])('%j is no page to come back to', (next) => {
  expect(ownPage(next)).toBe('/admin')
})

test('whatever is asked for, what comes out is a path of the dashboard on this origin, and stays what it is', () => {
  const pieces = [
    '/admin/',
    '/',
    '\\',
    '..',
    '%2e',
    '//',
    '@',
    ':',
    '?',
    '#',
    'evil.example',
    ' ',
    '\n',
    'people',
  ]
  const parts = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string()), { maxLength: 8 })
  fc.assert(
    fc.property(parts, (list) => {
      const page = ownPage(`/admin/${list.join('')}`)
      const url = new URL(page, 'http://localhost')
      expect(url.origin).toBe('http://localhost')
      expect(url.pathname).toMatch(/^\/admin(?:$|\/)/)
      expect(ownPage(page)).toBe(page)
    }),
  )
})
