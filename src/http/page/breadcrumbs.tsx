/** A page above another one. */
export interface Crumb {
  href: string
  label: string
}

interface BreadcrumbsProps {
  /** From the first page of a section on. */
  above: readonly Crumb[]
  /** The title of this page. */
  title: string
}

/** The way back from a page below the first one of its section. */
export const Breadcrumbs = ({ above, title }: BreadcrumbsProps) => (
  <nav aria-label="Breadcrumbs" class="breadcrumbs">
    <ol role="list">
      {above.map(({ href, label }) => (
        <li key={href}>
          <a href={href}>{label}</a>
        </li>
      ))}
      <li aria-current="page">{title}</li>
    </ol>
  </nav>
)
