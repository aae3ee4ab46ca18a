import type { ComponentChildren } from 'preact'
import { Head } from '../page/head.tsx'

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
    <body>
      <header class="bar">
        <a class="brand" href="/docs">
          callgate
        </a>
        <a href="/admin">Dashboard</a>
      </header>
      <div class="shell with-sidebar">
        <nav aria-label="Documentation">
          <ul>
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
        <main class="docs">{children}</main>
      </div>
    </body>
  </html>
)
