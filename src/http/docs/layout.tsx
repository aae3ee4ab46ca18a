import type { ComponentChildren } from 'preact'
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
  children: ComponentChildren
}

export const DocsLayout = ({ title, path, pages, children }: DocsLayoutProps) => (
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
            </ul>
          </nav>
        </div>
      </header>
      <main class="docs" id="content" tabIndex={-1}>
        {children}
      </main>
    </body>
  </html>
)
