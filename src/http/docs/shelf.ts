import { readDocs } from './embedded.ts' with { type: 'macro' }

export interface Page {
  name: string
  title: string
  reader: Reader
  markdown: string
}

/** Whom the pages are for, and their order. */
const pagesByReader = {
  Integrate: [
    'quickstart',
    'authentication',
    'limits',
    'calls',
    'webhooks',
    'predial',
    'curl',
    'typescript',
    'python',
    'http-provider',
  ],
  Administer: [
    'dashboard',
    'leaks',
    'calling-rules',
    'toll-fraud',
    'do-not-call',
    'alerts',
    'providers',
    'sign-in',
  ],
  Operate: ['install', 'operate', 'litestream', 'metrics'],
  Reference: ['errors', 'api', 'admin-api'],
} as const

export type Reader = keyof typeof pagesByReader

export const readers = Object.keys(pagesByReader) as Reader[]

const order: string[] = Object.values(pagesByReader).flat()

const readerOf = (name: string): Reader =>
  readers.find((reader) => pagesByReader[reader].some((page) => page === name)) ?? 'Reference'

/** The documentation as of the build: the pages in order, and the files that they link to. */
export const openShelf = () => {
  const texts = readDocs()
  const place = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  const pages = Object.entries(texts)
    .filter(([file]) => file.endsWith('.md'))
    .map(([file, markdown]): Page => {
      const name = file.slice(0, -'.md'.length)
      return { name, markdown, reader: readerOf(name), title: /^# (.+)$/m.exec(markdown)?.[1] ?? name }
    })
    .toSorted((a, b) => place(a.name) - place(b.name))
  return { pages, files: new Map(Object.entries(texts).filter(([file]) => !file.endsWith('.md'))) }
}

/** The first sentence after the title. */
export const openingOf = (markdown: string) => {
  const [, paragraph = ''] = /^# .+\n\n([^#`|][^]*?)(?:\n\n|$)/.exec(markdown) ?? []
  return /^[^]+?[.:](?=\s|$)/.exec(paragraph)?.[0].replace(/:$/, '.') ?? paragraph
}
