import type { Person } from '../../people/person.ts'
import { Head } from '../page/head.tsx'
import { MenuToggle, SkipLink } from '../page/layout.tsx'
import { Logo } from '../page/logo.tsx'
import { type Page, readers } from './shelf.ts'

interface DocsLayoutProps {
  title: string
  /** The current page. */
  path: string
  /** All pages. */
  pages: readonly Pick<Page, 'name' | 'title' | 'reader'>[]
  /** Whoever is signed in. */
  person: Pick<Person, 'email'> | undefined
  /** What was searched for. */
  query?: string
  /** The content, rendered. */
  html: string
}

export const DocsLayout = ({ title, path, pages, person, query, html }: DocsLayoutProps) => (
  <html lang="en">
    <Head title={title} />
    <body class="framed">
      <SkipLink />
      <header class="side">
        <a class="brand" href="/docs">
          <Logo />
          callgate
        </a>
        <MenuToggle />
        <div class="menu">
          <form method="get" action="/docs" role="search" class="docs-search">
            <input
              type="search"
              name="q"
              value={query ?? ''}
              placeholder="Search the documentation…"
              aria-label="Search the documentation"
              maxLength={100}
              autoComplete="off"
            />
          </form>
          {readers.map((reader) => (
            <nav key={reader} class="reader" aria-label={reader} data-title={reader}>
              <ul role="list">
                {pages
                  .filter((page) => page.reader === reader)
                  .map(({ name, title: its }) => (
                    <li key={name}>
                      <a href={`/docs/${name}`} aria-current={`/docs/${name}` === path ? 'page' : undefined}>
                        {its}
                      </a>
                    </li>
                  ))}
              </ul>
            </nav>
          ))}
          <nav aria-label="callgate">
            <ul role="list">
              <li>
                <a href="/admin">Dashboard</a>
              </li>
              {person && (
                <li>
                  <a href="/admin/account">{person.email}</a>
                </li>
              )}
            </ul>
          </nav>
        </div>
      </header>
      <main class="docs" id="content" tabIndex={-1} dangerouslySetInnerHTML={{ __html: html }} />
    </body>
  </html>
)
