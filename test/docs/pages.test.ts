import { describe, expect, test } from 'bun:test'
import { render } from 'preact-render-to-string'
import { h } from 'preact'
import { Markdown } from '../../src/http/docs/markdown.tsx'
import { openShelf } from '../../src/http/docs/shelf.ts'
import { apiRoutes } from '../../src/http/openapi/routes.ts'
import { failures } from '../../src/failures.ts'
import { createGate } from '../support/gate.ts'
import { textOf } from '../support/page.ts'

const gate = createGate()
const { pages, files } = openShelf()
const addresses = ['/docs', ...pages.map(({ name }) => `/docs/${name}`)]
const htmlOf = async (address: string) => (await gate.request(address)).text()

describe.each(addresses)('%s', (address) => {
  test('is a whole page with the strict headers of every page, for anybody', async () => {
    const response = await gate.request(address)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe-inline')
    const html = await response.text()
    expect(html).toStartWith('<!doctype html>')
    expect(html.match(/<h1[ >]/g)).toHaveLength(1)
    expect(html).not.toMatch(/<script>|<style| style=| on\w+=|\[object/)
    expect(html.replaceAll(/<pre.+?<\/pre>/gs, '')).not.toContain('undefined')
  })

  test('asks no other host for anything', async () => {
    const html = await htmlOf(address)
    const sources = [...html.matchAll(/\bsrc="([^"]+)"/g)].map(([, at]) => at)
    expect(sources.length).toBeGreaterThan(0)
    for (const source of sources) expect(source).toStartWith('/admin/assets/')
    const sheets = [...html.matchAll(/<link rel="stylesheet" href="([^"]+)"/g)].map(([, at]) => at)
    expect(sheets).toEqual([expect.stringMatching(/^\/admin\/assets\//)])
  })

  test('has no dead link', async () => {
    const links = [...(await htmlOf(address)).matchAll(/<a [^>]*?href="([^"]+)"/g)].map(([, at = '']) => at)
    expect(links.length).toBeGreaterThan(5)
    for (const link of new Set(links)) {
      if (link.startsWith('https://')) continue
      const [path = '', anchor] = link.split('#')
      const target = await gate.request(path === '' ? address : path)
      expect({ link, status: target.status }).toEqual({ link, status: path === '/admin' ? 303 : 200 })
      if (anchor !== undefined) expect(await target.text()).toContain(` id="${anchor}"`)
    }
  })
})

test('links in the Markdown work on a code-hosting site too: they name files that are there', () => {
  for (const { name, markdown } of pages)
    for (const [, link = ''] of markdown.matchAll(/\]\(([^)]+)\)/g)) {
      if (/^https:\/\/|^#/.test(link)) continue
      const [file = ''] = link.split('#')
      const known = files.has(file) || pages.some((page) => `${page.name}.md` === file)
      expect({ name, link, known }).toEqual({ name, link, known: true })
    }
})

test('what a page shows as a file is that file, to the letter', () => {
  for (const [page, file, language] of [
    ['curl', 'examples/trigger.sh', 'bash'],
    ['typescript', 'examples/trigger.ts', 'ts'],
    ['typescript', 'examples/bulk.ts', 'ts'],
    ['python', 'examples/trigger.py', 'python'],
    ['curl', 'examples/verify.sh', 'bash'],
    ['typescript', 'examples/verify.ts', 'ts'],
    ['python', 'examples/verify.py', 'python'],
    ['install', 'callgate.service', 'ini'],
    ['install', 'compose.yaml', 'yaml'],
  ] as const)
    expect(pages.find(({ name }) => name === page)?.markdown).toContain(
      `\`\`\`${language}\n${files.get(file)}\`\`\``,
    )
})

test('a file beside the pages comes as plain text, and nothing else does', async () => {
  for (const path of ['dialler.ts', 'callgate.service', 'compose.yaml', 'examples/trigger.py']) {
    const response = await gate.request(`/docs/${path}`)
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
    expect(await response.text()).toBe(files.get(path) ?? '')
  }
  for (const path of [
    'nothing',
    'page.png',
    'nothing.md',
    'examples/..%2f..%2fconfig.ts',
    '..%2fconfig.ts',
    '__proto__',
  ])
    expect({ path, status: (await gate.request(`/docs/${path}`)).status }).toEqual({ path, status: 404 })
})

test('the reference has every route with every failure that it can give', async () => {
  const text = await textOf(await gate.request('/docs/api'))
  for (const { method, path, summary, refusals } of apiRoutes) {
    expect(text).toContain(summary)
    expect(text).toContain(`${method.toUpperCase()} ${path}`)
    for (const code of refusals) expect(text).toContain(`${failures[code].status} ${code} `)
  }
  expect(text).toContain('data.transcript[].content')
  expect(text).toContain('Idempotency-Key')
})

test('HTML in Markdown is text, and a link that would run something leads nowhere', () => {
  const text = '# A <b>\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) <img src=x onerror=y> `<i>`'
  const html = render(h(Markdown, { text }))
  expect(html).not.toMatch(/<script|<img|<b>|<i>|javascript:/)
  expect(html).toContain('&lt;script>alert(1)&lt;/script>')
})
