import { Elysia } from 'elysia'
import type { VNode } from 'preact'
import { render } from 'preact-render-to-string'
import { ApiError } from '../../failures.ts'
import type { Config } from '../../config.ts'
import type { Operation } from '../../operation/operation.ts'
import type { Sessions } from '../../people/sessions.ts'
import { type Listener, ownOrigin } from '../address.ts'
import { pageHeaders } from '../page/headers.ts'
import { renderPage } from '../page/layout.tsx'
import { describeApi } from '../openapi/document.ts'
import { AdminReference } from './admin-reference.tsx'
import { DocsLayout } from './layout.tsx'
import { llmsText } from './llms.ts'
import { Markdown } from './markdown.tsx'
import { Reference } from './reference.tsx'
import { headingsOf, type Hit, searchDocs, sectionsOf } from './search.ts'
import { openingOf, openShelf, type Page, readers } from './shelf.ts'
import { run } from '../../work.ts'

export interface DocsDeps {
  operations: readonly Operation[]
  sessions: Pick<Sessions, 'person'>
  config: Pick<Config, 'publicUrl' | 'trustedProxies'>
}

interface Visit {
  request: Request
  server: Listener
}

/** The address of a server in the examples. */
const exampleUrls = /https:\/\/calls\.example\.com|http:\/\/127\.0\.0\.1:3000/g

/** The documentation, served from the executable: no other host, no script needed. */
export const docs = ({ operations, sessions, config }: DocsDeps) => {
  const { pages, files } = openShelf()
  const rendered = new Map<string, string>()

  /** The HTML of a page without its frame, rendered once. */
  const contentOf = (name: string, make: () => VNode) => {
    const html = rendered.get(name) ?? render(make())
    rendered.set(name, html)
    return html
  }

  const pageOf = (page: Page) =>
    contentOf(page.name, () => (
      <>
        <Markdown text={page.markdown} />
        {page.name === 'api' && <Reference document={describeApi(operations)} />}
        {page.name === 'admin-api' && <AdminReference operations={operations} />}
      </>
    ))

  /** A page with its contents below its title. */
  const withContents = (page: Page) => {
    const html = pageOf(page)
    return html.replace('</h1>', () => `</h1>${render(<Contents headings={headingsOf(html)} />)}`)
  }

  const urlOf = ({ request, server }: Visit) =>
    config.publicUrl ?? ownOrigin(request, server, config.trustedProxies)

  /** With this server in the examples. Those of operators are about servers to come. */
  const withOwnUrl = (text: string, { reader }: Page, url: string) =>
    reader === 'Operate' ? text : text.replaceAll(exampleUrls, () => url)

  const framed = async (
    { request }: Visit,
    shown: { title: string; path: string; query?: string },
    html: string,
  ) =>
    renderPage(
      <DocsLayout {...shown} pages={pages} person={await run(sessions.person(request))} html={html} />,
    )

  /** Built by the first search: its pages are rendered then. */
  let sections: ReturnType<typeof sectionsOf> | undefined
  const search = (query: string) => {
    sections ??= pages.flatMap((page) => sectionsOf(page.title, `/docs/${page.name}`, pageOf(page)))
    return searchDocs(sections, query)
  }

  const find = (name: string) => {
    const page = pages.find((one) => one.name === name)
    if (!page) throw new ApiError('not_found', { detail: 'There is no such page.' })
    return page
  }

  const file = (name: string) => {
    const text = files.get(name)
    if (text === undefined) throw new ApiError('not_found', { detail: 'There is no such page.' })
    return plain(text)
  }

  return new Elysia({ name: 'docs' })
    .get('/llms.txt', ({ request, server }) => plain(llmsText(pages, urlOf({ request, server }))))
    .get('/docs', async ({ request, server, set }) => {
      Object.assign(set.headers, pageHeaders)
      const visit = { request, server }
      const query = new URL(request.url).searchParams.get('q')?.slice(0, queryMost).trim() ?? ''
      const shown = { title: 'Documentation', path: '/docs', query }
      if (query !== '')
        return await framed(visit, shown, render(<Found query={query} hits={search(query)} />))
      return await framed(
        visit,
        shown,
        contentOf('', () => <Index pages={pages} />),
      )
    })
    .get('/docs/:page', async ({ params, request, server, set }) => {
      if (files.has(params.page)) return file(params.page)
      const isMarkdown = params.page.endsWith('.md')
      const page = find(isMarkdown ? params.page.slice(0, -'.md'.length) : params.page)
      const url = urlOf({ request, server })
      if (isMarkdown) return plain(withOwnUrl(page.markdown, page, url))
      Object.assign(set.headers, pageHeaders)
      const html = withOwnUrl(withContents(page), page, Bun.escapeHTML(url))
      return await framed({ request, server }, { title: page.title, path: `/docs/${page.name}` }, html)
    })
    .get('/docs/examples/:file', ({ params }) => file(`examples/${params.file}`))
}

const queryMost = 100

const plain = (text: string) =>
  new Response(text, { headers: { 'content-type': 'text/plain; charset=utf-8' } })

const Contents = ({ headings }: { headings: ReturnType<typeof headingsOf> }) =>
  headings.length < 3 ? null : (
    <nav class="contents" aria-label="On this page">
      <ul role="list">
        {headings.map(({ id, heading }) => (
          <li key={id}>
            <a href={`#${id}`}>{heading}</a>
          </li>
        ))}
      </ul>
    </nav>
  )

const Found = ({ query, hits }: { query: string; hits: Hit[] }) => (
  <>
    <h1>{`Results for “${query}”`}</h1>
    {hits.length === 0 ? (
      <p class="empty">No page has all of these words.</p>
    ) : (
      <dl>
        {hits.map(({ title, heading, href, excerpt }) => (
          <>
            <dt>
              <a href={href}>{heading === title ? title : `${title}: ${heading}`}</a>
            </dt>
            <dd>{excerpt}</dd>
          </>
        ))}
      </dl>
    )}
  </>
)

const Index = ({ pages }: { pages: readonly Page[] }) => (
  <>
    <h1>Documentation</h1>
    {readers.map((reader) => (
      <>
        <h2 id={reader.toLowerCase()}>{reader}</h2>
        <dl>
          {pages
            .filter((page) => page.reader === reader)
            .map(({ name, title, markdown }) => (
              <>
                <dt>
                  <a href={`/docs/${name}`}>{title}</a>
                </dt>
                <dd>
                  <Markdown text={openingOf(markdown)} />
                </dd>
              </>
            ))}
        </dl>
      </>
    ))}
  </>
)
