import { Elysia } from 'elysia'
import type { VNode } from 'preact'
import { render } from 'preact-render-to-string'
import { ApiError } from '../../failures.ts'
import type { Operation } from '../../operation/operation.ts'
import { pageHeaders } from '../page/headers.ts'
import { describeApi } from '../openapi/document.ts'
import { AdminReference } from './admin-reference.tsx'
import { DocsLayout } from './layout.tsx'
import { Markdown } from './markdown.tsx'
import { Reference } from './reference.tsx'
import { openShelf, type Page, readers } from './shelf.ts'

/** The documentation, served from the executable: no other host, no script needed. */
export const docs = ({ operations }: { operations: readonly Operation[] }) => {
  const { pages, files } = openShelf()
  const rendered = new Map<string, string>()

  const show = (name: string, make: () => VNode) => {
    const text = rendered.get(name) ?? `<!doctype html>${render(make())}`
    rendered.set(name, text)
    return text
  }

  const pageOf = (page: Page) => (
    <DocsLayout title={page.title} path={`/docs/${page.name}`} pages={pages}>
      <Markdown text={page.markdown} />
      {page.name === 'api' && <Reference document={describeApi(operations)} />}
      {page.name === 'admin-api' && <AdminReference operations={operations} />}
    </DocsLayout>
  )

  const find = (name: string) => {
    const page = pages.find((one) => one.name === name)
    if (!page) throw new ApiError('not_found', { detail: 'There is no such page.' })
    return page
  }

  const file = (name: string) => {
    const text = files.get(name)
    if (text === undefined) throw new ApiError('not_found', { detail: 'There is no such page.' })
    return new Response(text, { headers: fileHeaders })
  }

  return new Elysia({ name: 'docs', prefix: '/docs' })
    .get('/', ({ set }) => {
      Object.assign(set.headers, pageHeaders)
      return show('', () => <Index pages={pages} />)
    })
    .get('/:page', ({ params, set }) => {
      if (files.has(params.page)) return file(params.page)
      const page = find(params.page)
      Object.assign(set.headers, pageHeaders)
      return show(page.name, () => pageOf(page))
    })
    .get('/examples/:file', ({ params }) => file(`examples/${params.file}`))
}

const fileHeaders = { 'content-type': 'text/plain; charset=utf-8' }

const Index = ({ pages }: { pages: readonly Page[] }) => (
  <DocsLayout title="Documentation" path="/docs" pages={pages}>
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
  </DocsLayout>
)

/** The first sentence after the title. */
const openingOf = (markdown: string) => {
  const [, paragraph = ''] = /^# .+\n\n([^#`|][^]*?)(?:\n\n|$)/.exec(markdown) ?? []
  return /^[^]+?[.:](?=\s|$)/.exec(paragraph)?.[0].replace(/:$/, '.') ?? paragraph
}
