import { expect, test } from 'bun:test'
import { seedDemo } from '../../support/demo.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator, enter } from '../../support/page.ts'
import { pagesOf } from '../../support/pages.ts'

const gate = createGate()
const demo = seedDemo(gate.services, gate.clock.now())
const { visit } = await createOperator(gate)

/** The first pages of no section of the sidebar: the account, what the search box finds, and the page for no page. */
const withoutSection = new Set(['/admin/account', '/admin/find', '/admin/nothing'])

const unescaped = (text: string) => text.replaceAll('&amp;', '&').replaceAll('&#39;', "'")

const breadcrumbsIn = (html: string) => {
  const navs = [...html.matchAll(/<nav aria-label="Breadcrumbs".*?<\/nav>/gs)].map(([nav]) => nav)
  const [nav = ''] = navs
  return {
    count: navs.length,
    links: [...nav.matchAll(/<a href="([^"]+)">([^<]+)</g)].map(([, href = '', label = '']) => ({
      href,
      label: unescaped(label),
    })),
    here: unescaped(/<li aria-current="page">([^<]+)</.exec(nav)?.[1] ?? ''),
  }
}

const sectionOf = (html: string) =>
  /<a href="([^"]+)" aria-current="page"/.exec(html.slice(0, html.indexOf('class="page"')))?.[1]

test.each(Object.entries(pagesOf(demo)))(
  'the page %s has breadcrumbs exactly where it is below the first page of a section',
  async (_name, address) => {
    const path = address.replace(/\?.*/, '')
    const html = await (await visit(address)).text()
    const { count, links, here } = breadcrumbsIn(html)
    const section = sectionOf(html)
    if (path === section || withoutSection.has(path)) return expect(count).toBe(0)
    expect(count).toBe(1)
    expect(unescaped(/<title>([^<]+)/.exec(html)?.[1] ?? '')).toStartWith(here)
    if (section !== undefined) expect(links.map(({ href }) => href)).toContain(section)
    for (const { href, label } of links) {
      const above = await visit(href)
      const page = await above.text()
      expect([href, above.status]).toEqual([href, 200])
      expect(unescaped(/<h1[^>]*>([^<]+)/.exec(page)?.[1] ?? '')).toStartWith(label)
      // Each page above has the pages above itself, and no others.
      const own = breadcrumbsIn(page).links.map((each) => each.href)
      const expected = links
        .slice(
          0,
          links.findIndex((each) => each.href === href),
        )
        .map((each) => each.href)
      if (own.length > 0) expect(own).toEqual(expected)
    }
  },
)

test('an agency’s admin has the way back within the agency', async () => {
  const { cookie } = enter(gate, { agencyId: demo.agency.id })
  const home = `/admin/agencies/${demo.agency.id}`
  const page = await gate.request(`${home}/agents/${demo.agents.ben.id}`, { headers: { cookie } })
  expect(breadcrumbsIn(await page.text())).toEqual({
    count: 1,
    links: [
      { href: home, label: demo.agency.name },
      { href: `${home}/agents`, label: 'Agents' },
    ],
    here: demo.agents.ben.name,
  })
})
