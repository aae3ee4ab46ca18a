import type { ComponentChildren } from 'preact'
import { assetUrls } from '../admin/assets/index.ts'

interface DocsLayoutProps {
  title: string
  /** Where the reader is. */
  path: string
  /** All that there is to read. */
  pages: readonly { name: string; title: string }[]
  children: ComponentChildren
}

export const DocsLayout = ({ title, path, pages, children }: DocsLayoutProps) => (
  <html lang="en">
    <head>
      <meta charSet="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · callgate`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href={assetUrls.stylesheet} />
      <script src={assetUrls.script} defer />
    </head>
    <body>
      <header class="bar">
        <a class="brand" href="/docs">
          callgate
        </a>
        <a href="/admin">Sign in</a>
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
