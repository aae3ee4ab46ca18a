import { failures } from '../../failures.ts'
import { type ComponentChildren, Fragment, h, type VNode } from 'preact'

interface Parent {
  children?: ComponentChildren
}

/** The HTML of a Markdown text by Bun's parser. */
interface Element {
  type: string | symbol | ((props: never) => VNode)
  props: Record<string, unknown> & { children?: unknown }
}

/** Rewrites links: to another page, to a file next to the pages, or unchanged. */
const addressOf = (href: string) => {
  const [, page, anchor = ''] = /^([\w-]+)\.md(#.*)?$/.exec(href) ?? []
  if (page !== undefined) return `/docs/${page}${anchor}`
  if (/^(?:examples\/)?[\w-]+\.\w+$/.test(href)) return `/docs/${href}`
  return /^(?:https:\/\/|#|\/)/.test(href) ? href : '#'
}

export const Code = ({ children }: Parent) => (
  <div class="code">
    <pre tabIndex={0}>
      <code>{children}</code>
    </pre>
    <button type="button" class="secondary outline" data-copy-code hidden>
      Copy
    </button>
  </div>
)

const Link = ({ href, children }: Parent & { href: string }) => <a href={addressOf(href)}>{children}</a>

const Table = ({ children }: Parent) => (
  <div class="overflow-auto" tabIndex={0}>
    <table>{children}</table>
  </div>
)

/** An empty header cell becomes a data cell: an empty `th` has no meaning for screen readers. */
const HeadCell = ({ children }: Parent) => {
  const empty = Array.isArray(children) && children.length === 0
  return empty ? <td /> : <th>{children}</th>
}

/** A cell that holds a code alone gets its name as an anchor, as `doc_url` in errors has it. */
const Cell = ({ children }: Parent) => {
  const [only, ...others] = [children].flat() as (Element | string | undefined)[]
  const isCode = typeof only === 'object' && only.type === 'code' && others.length === 0
  const text = isCode ? [only.props.children].flat().join('') : ''
  return Object.hasOwn(failures, text) ? <td id={text}>{children}</td> : <td>{children}</td>
}

const Heading = (level: 'h1' | 'h2' | 'h3' | 'h4') => {
  const Numbered = ({ id, children }: Parent & { id?: string }) => h(level, { id }, children)
  return Numbered
}

const components = {
  a: Link,
  pre: Code,
  table: Table,
  th: HeadCell,
  td: Cell,
  h1: Heading('h1'),
  h2: Heading('h2'),
  h3: Heading('h3'),
  h4: Heading('h4'),
}

/** Renders Markdown as part of a page. HTML in it is escaped. */
export const Markdown = ({ text }: { text: string }) => {
  const options = { headings: { ids: true }, noHtmlBlocks: true, noHtmlSpans: true }
  return <>{adopt(Bun.markdown.react(text, components, options))}</>
}

/** Renders a line of Markdown without a paragraph around it. */
export const Phrase = ({ text }: { text: string }) => {
  const options = { noHtmlBlocks: true, noHtmlSpans: true }
  const bare = ({ children }: Parent) => <>{children}</>
  return <>{adopt(Bun.markdown.react(text, { a: Link, p: bare }, options))}</>
}

/** Converts Bun's React elements to preact's. */
const adopt = (node: unknown): ComponentChildren => {
  if (Array.isArray(node)) return node.map(adopt)
  if (typeof node !== 'object' || node === null) return node as string | null
  const { type, props } = node as Element
  const { children, ...rest } = props
  return h(typeof type === 'symbol' ? Fragment : (type as string), rest, adopt(children ?? []))
}
