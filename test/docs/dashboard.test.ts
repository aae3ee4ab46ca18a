import { expect, test } from 'bun:test'
import { assetUrls } from '../../src/http/page/assets/index.ts'
import { agencyShortcuts, gateShortcuts } from '../../src/http/page/shortcuts.ts'
import { seedDemo } from '../support/demo.ts'
import { createGate } from '../support/gate.ts'
import { createOperator } from '../support/page.ts'
import { pagesOf } from '../support/pages.ts'
import { atOnce } from '../../src/work.ts'

const text = await Bun.file(new URL('../../src/docs/dashboard.md', import.meta.url)).text()

test('every name in bold is on a page of the dashboard', async () => {
  const gate = createGate()
  const demo = seedDemo(gate.services, gate.clock.now())
  // More environments alike than an overview lists.
  for (const name of ['One', 'Two', 'Three', 'Four'])
    gate.issue(
      gate.environment(
        'production',
        atOnce(gate.services.agencies.create(name, 'agency', gate.clock.now())).id,
      ).id,
    )
  const { visit } = await createOperator(gate)
  const shown = await Promise.all(
    [...Object.values(pagesOf(demo)), assetUrls.script].map(async (path) => (await visit(path)).text()),
  )
  const names = [...text.matchAll(/\*\*([^*]+)\*\*/g)].map(([, name = '']) => name)
  expect(names.length).toBeGreaterThan(12)
  expect(names.filter((name) => !shown.some((page) => page.includes(name)))).toEqual([])
})

test('every keyboard shortcut is listed, with where it leads', () => {
  const rows = [...text.matchAll(/^\| `(.)`(?: then `(.)`)? +\| (.+?) +\|$/gm)].map(
    ([, first, then, title]) => [then ?? first, title],
  )
  expect(rows).toEqual([
    ['/', 'Search'],
    ['?', 'This list'],
    ...gateShortcuts.map(({ key, title }) => [key, title]),
    ...agencyShortcuts.map(({ key, title }) => [key, `${title}, in an agency`]),
  ])
})

test('the dashboard links to it, also from the list of the shortcuts', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  for (const path of ['/admin/keys', '/admin/account', '/docs'])
    expect(await (await visit(path)).text()).toContain('href="/docs/dashboard"')
  expect(await (await visit('/admin')).text()).toContain('href="/docs"')
})
