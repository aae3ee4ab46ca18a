import type { ComponentChildren } from 'preact'
import { Head } from '../page/head.tsx'
import { MenuToggle, SkipLink } from '../page/layout.tsx'
import { Logo } from '../page/logo.tsx'

interface DocsLayoutProps {
  title: string
  /** The current page. */
  path: string
  /** All pages. */
  pages: readonly { name: string; title: string }[]
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
          <nav aria-label="Documentation">
            <ul role="list">
              {pages.map((page) => {
                const href = `/docs/${page.name}`
                return (
                  <li key={page.name}>
                    <a href={href} {...(href === path ? { 'aria-current': 'page' as const } : {})}>
                      {page.title}
                    </a>
                  </li>
                )
              })}
            </ul>
          </nav>
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
