import { readDocs } from './embedded.ts' with { type: 'macro' }

export interface Page {
  name: string
  title: string
  markdown: string
}

/** The order of the pages; others come after these. */
const order = [
  'quickstart',
  'authentication',
  'leaks',
  'limits',
  'calls',
  'calling-rules',
  'toll-fraud',
  'errors',
  'api',
  'webhooks',
  'do-not-call',
  'predial',
  'alerts',
  'admin-api',
  'curl',
  'typescript',
  'python',
  'providers',
  'http-provider',
  'install',
  'operate',
  'sign-in',
  'litestream',
  'metrics',
]

/** The documentation as of the build: the pages in order, and the files that they link to. */
export const openShelf = () => {
  const texts = readDocs()
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  const pages = Object.entries(texts)
    .filter(([file]) => file.endsWith('.md'))
    .map(([file, markdown]): Page => {
      const name = file.slice(0, -'.md'.length)
      return { name, markdown, title: /^# (.+)$/m.exec(markdown)?.[1] ?? name }
    })
    .toSorted((a, b) => place(a.name) - place(b.name))
  return { pages, files: new Map(Object.entries(texts).filter(([file]) => !file.endsWith('.md'))) }
}
