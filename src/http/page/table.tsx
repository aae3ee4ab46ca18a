import type { ComponentChildren } from 'preact'

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
  /** The rows of the body. */
  children: ComponentChildren
}

/** A table that scrolls by itself, by keyboard too, where it is wider than the page. */
export const Table = ({ label, heads, children }: TableProps) => (
  <div class="table" role="region" aria-label={label} tabIndex={0}>
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
                  {head.sorted && <span aria-hidden="true">{head.sorted === 'ascending' ? ' ↑' : ' ↓'}</span>}
                </a>
              </th>
            ),
          )}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
)
