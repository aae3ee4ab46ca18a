import { expect, test } from 'bun:test'
import { openShelf } from '../../src/http/docs/shelf.ts'
import { createGate } from '../support/gate.ts'
import { createOperator, operator, textOf } from '../support/page.ts'

const { pages } = openShelf()

test('the examples are about this server, in HTML and in Markdown, whatever host it is asked at', async () => {
  const gate = createGate({ publicUrl: 'https://gate.acme.example' })
  for (const path of ['/docs/quickstart', '/docs/quickstart.md', '/docs/curl', '/docs/errors', '/llms.txt']) {
    const text = await (await gate.request(path)).text()
    expect({ path, own: text.includes('https://gate.acme.example') }).toEqual({ path, own: true })
    expect(text).not.toMatch(/calls\.example\.com|127\.0\.0\.1:3000/)
  }
  const anywhere = createGate()
  const headers = { host: '"><b>.example' }
  expect(await (await anywhere.request('/docs/quickstart', { headers })).text()).not.toContain('"><b>')
})

test('llms.txt lists every page as Markdown', async () => {
  const gate = createGate()
  const text = await (await gate.request('/llms.txt')).text()
  for (const { name, markdown } of pages) {
    const [link = ''] = new RegExp(`[^(]*/docs/${name}\\.md`).exec(text) ?? []
    const page = await (await gate.request(new URL(link).pathname)).text()
    expect(page).toStartWith(markdown.slice(0, 40))
  }
})

test('the search finds the part of a page that has all words, those in a heading first, and repeats no HTML', async () => {
  const gate = createGate()
  const found = await gate.request('/docs?q=verify+signatures')
  const html = await found.text()
  const [first] = /<dt><a href="[^"]+"/.exec(html) ?? []
  expect(first).toBe('<dt><a href="/docs/webhooks#verify-signatures"')
  expect(await textOf(await gate.request('/docs?q=xylophone'))).toContain('No page has all of these words')
  expect(await (await gate.request('/docs?q=<script>')).text()).not.toContain('<script>')
})

test('the documentation knows who is signed in', async () => {
  const gate = createGate()
  expect(await textOf(await gate.request('/docs'))).not.toContain(operator.email)
  const { visit } = await createOperator(gate)
  expect(await textOf(await visit('/docs/quickstart'))).toContain(operator.email)
})

test('a page of three sections or more begins with its contents, each of which leads to its heading', async () => {
  const gate = createGate()
  for (const { name } of pages) {
    const html = await (await gate.request(`/docs/${name}`)).text()
    const [contents = ''] = /<nav class="contents".*?<\/nav>/s.exec(html) ?? []
    const linked = [...contents.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id)
    const written = [...html.matchAll(/<h2 id="([^"]+)"/g)].map(([, id]) => id)
    expect({ name, linked }).toEqual({ name, linked: written.length < 3 ? [] : written })
  }
})
