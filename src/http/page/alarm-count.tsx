interface AlarmCountProps {
  count: number
  /** The agency of an admin; null for an operator, whose first page is that of the whole gate. */
  agencyId: string | null
}

/** How much needs attention, on every page: nothing where nothing does. */
export const AlarmCount = ({ count, agencyId }: AlarmCountProps) =>
  count === 0 ? null : (
    <a class="alarm-count" href={`${agencyId === null ? '/admin' : `/admin/agencies/${agencyId}`}#alarms`}>
      {`${count.toLocaleString('en')} alarm${count === 1 ? '' : 's'}`}
    </a>
  )
