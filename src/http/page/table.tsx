import type { ComponentChildren } from 'preact'

interface TableProps {
  label: string
  heads: readonly string[]
  /** The rows of the body. */
  children: ComponentChildren
}

/** A table that scrolls by itself, by keyboard too, where it is wider than the page. */
export const Table = ({ label, heads, children }: TableProps) => (
  <div class="table" role="region" aria-label={label} tabIndex={0}>
    <table>
      <thead>
        <tr>
          {heads.map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  </div>
)
