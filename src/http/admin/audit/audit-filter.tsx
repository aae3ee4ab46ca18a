import { z } from 'zod'
import { type Action, actions, type AuditQuery } from '../../../audit.ts'
import { ApiError } from '../../../failures.ts'
import { cursorSchema } from '../../cursor.ts'
import { Chips, Choice, FilterForm, ZoneChoice } from '../../page/filters.tsx'
import { filled, filterUrl, spanFilters } from '../filters.ts'
import { type LocalSpan, spanOf } from '../local-span.ts'

/** The filters as the address has them. */
export interface AuditFilter extends LocalSpan {
  actor?: string | undefined
  action?: Action | undefined
  target?: string | undefined
}

const names = Object.keys(actions) as [Action, ...Action[]]
const filterQuery = z.object({
  actor: filled(z.string().trim().max(200)),
  action: filled(z.enum(names)),
  target: filled(z.string().trim().max(200)),
  ...spanFilters,
  before: filled(cursorSchema('not one of ours')),
})

/** Reads the filters of an address; its dates are of the reader's zone, unless it names one. Fails with `invalid_query`. */
export const readAuditFilter = ({ url }: { url: string }, timeZone: string) => {
  const parsed = filterQuery.safeParse(Object.fromEntries(new URL(url).searchParams))
  if (!parsed.success) throw new ApiError('invalid_query', { detail: 'there is no such page' })
  const { before, ...filter } = parsed.data
  const zoned: AuditFilter = { ...filter, zone: filter.zone ?? timeZone }
  return { filter: zoned, before }
}

export const auditQuery = ({ actor, action, target, ...span }: AuditFilter): AuditQuery => ({
  actor,
  action,
  text: target,
  ...spanOf(span),
})

export const AuditFilterForm = ({ path, filter }: { path: string; filter: AuditFilter }) => {
  const { zone = 'UTC', ...rest } = filter
  const labels: Record<string, string> = {
    actor: `Actor: ${filter.actor}`,
    action: filter.action ? `Action: ${actions[filter.action]}` : '',
    target: `Target: ${filter.target}`,
    from: `From ${filter.from} ${zone}`,
    to: `To ${filter.to} ${zone}`,
  }
  const set = Object.entries(rest).filter(([, value]) => value !== undefined)
  const chips = set.map(([name]) => ({
    label: labels[name] ?? name,
    without: filterUrl(path, { ...filter, [name]: undefined }),
  }))
  return (
    <>
      <FilterForm path={path}>
        <label>
          Actor
          <input type="search" name="actor" value={filter.actor ?? ''} maxLength={200} autoComplete="off" />
        </label>
        <Choice label="Action" name="action" chosen={filter.action} options={Object.entries(actions)} />
        <label>
          Target
          <input type="search" name="target" value={filter.target ?? ''} maxLength={200} autoComplete="off" />
        </label>
        <label>
          From
          <input type="date" name="from" value={filter.from?.slice(0, 10) ?? ''} autoComplete="off" />
        </label>
        <label>
          To
          <input type="date" name="to" value={filter.to?.slice(0, 10) ?? ''} autoComplete="off" />
        </label>
        <ZoneChoice zone={zone} />
      </FilterForm>
      <Chips chips={chips} clear={path} />
    </>
  )
}
