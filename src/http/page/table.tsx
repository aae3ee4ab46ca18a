import { cloneElement, type ComponentChildren, Fragment, toChildArray, type VNode } from 'preact'

/** The head of a column by which the table can be sorted. */
interface SortHead {
  label: string
  /** The table in the order of this column, or the other way round. */
  href: string
  sorted: 'ascending' | 'descending' | undefined
}

interface TableProps {
  label: string
  heads: readonly (string | SortHead)[]
  /** True for figures to be compared, which stay in columns on a phone too. */
  scrolls?: boolean
  /** The rows of the body. */
  children: ComponentChildren
}

/**
 * A table that scrolls by itself, by keyboard too, where it is wider than the page. On a phone each row is a card, in which
 * every cell but the first is under the head of its column.
 */
export const Table = ({ label, heads, scrolls = false, children }: TableProps) => {
  const labels = heads.map((head) => (typeof head === 'string' ? head : head.label))
  const rows = rowsOf(children)
  const isCards = !scrolls && rows.length * heads.length <= cellsMost
  return (
    <div class={isCards ? 'table cards' : 'table'} role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {heads.map((head) =>
              typeof head === 'string' ? (
                <th key={head} scope="col">
                  {head}
                </th>
              ) : (
                <th key={head.label} scope="col" aria-sort={head.sorted}>
                  <a class="sort" href={head.href}>
                    {head.label}
                    {head.sorted && (
                      <span aria-hidden="true">{head.sorted === 'ascending' ? ' ↑' : ' ↓'}</span>
                    )}
                  </a>
                </th>
              ),
            )}
          </tr>
        </thead>
        <tbody>{isCards ? rows.map((row) => labelled(row, labels)) : rows}</tbody>
      </table>
    </div>
  )
}

/** A longer list of figures scrolls on a phone too: as cards it would be endless. */
const cellsMost = 400

type Props = Record<string, unknown> & { children?: ComponentChildren }
type Element = VNode<Props>

/** The rows as elements. A row may be a component of its own. */
const rowsOf = (children: ComponentChildren): Element[] =>
  toChildArray(children).flatMap((row) => {
    if (typeof row !== 'object') return []
    const { type, props } = row as Element
    if (type === Fragment) return rowsOf(props.children)
    if (typeof type === 'function') return rowsOf((type as (given: Props) => ComponentChildren)(props))
    return [row as Element]
  })

/** The row, each of whose cells knows the head of its column. */
const labelled = (row: Element, labels: readonly string[]) => {
  let column = 0
  const cells = toChildArray(row.props.children).map((cell) => {
    if (typeof cell !== 'object') return cell
    const label = labels[column]
    column += Number((cell as Element).props.colSpan ?? 1)
    return cloneElement(cell as Element, { 'data-label': label })
  })
  return cloneElement(row, {}, cells)
}
