import type { ComponentChildren } from 'preact'
import { useContext } from 'preact/hooks'
import { ViewpointContext } from './time.tsx'

interface FilterFormProps {
  /** The path of the list. */
  path: string
  children: ComponentChildren
}

/** The filters of a list, in its address, so that the link to a list holds them. */
export const FilterForm = ({ path, children }: FilterFormProps) => (
  <form method="get" action={path} class="filter">
    {children}
    <button type="submit" class="secondary">
      Filter
    </button>
  </form>
)

interface ChoiceProps {
  label: string
  name: string
  chosen: string | undefined | null
  options: readonly (readonly [value: string, label: string])[]
}

export const Choice = ({ label, name, chosen, options }: ChoiceProps) => (
  <label>
    {label}
    <select name={name}>
      <option value="">All</option>
      {options.map(([value, title]) => (
        <option key={value} value={value} selected={value === chosen}>
          {title}
        </option>
      ))}
    </select>
  </label>
)

/** The time zone of the dates: the reader's, that of the link that they opened, or UTC. */
export const ZoneChoice = ({ zone }: { zone: string }) => {
  const { timeZone } = useContext(ViewpointContext)
  return (
    <label>
      Time zone
      <select name="zone">
        {[...new Set([timeZone, zone, 'UTC'])].map((each) => (
          <option key={each} selected={each === zone}>
            {each}
          </option>
        ))}
      </select>
    </label>
  )
}

/** A filter that is set, and the address of the list without it. */
export interface Chip {
  label: string
  without: string
}

/** The filters that are set, each with the way to take it away. */
export const Chips = ({ chips, clear }: { chips: Chip[]; clear: string }) =>
  chips.length === 0 ? null : (
    <ul class="chips" aria-label="Filters" role="list">
      {chips.map(({ label, without }) => (
        <li key={label}>
          <a class="tag chip" href={without} aria-label={`Remove filter: ${label}`}>
            {label} <span aria-hidden="true">×</span>
          </a>
        </li>
      ))}
      {chips.length > 1 && (
        <li>
          <a href={clear}>Clear filters</a>
        </li>
      )}
    </ul>
  )
