import { isComplete } from '../../../agencies/checklist.ts'
import { AlarmList } from './alarm-list.tsx'
import { Checklist } from './checklist.tsx'
import { EnvironmentCards } from './environment-cards.tsx'
import type { AgencyOverview as Overview } from './read-overview.ts'
import { Tiles } from './tiles.tsx'

/** How an agency is doing; for a new one, what is still to do. */
export const AgencyOverview = ({ agencyId, overview }: { agencyId: string; overview: Overview }) => {
  const { alarms, checklist, environments, now, spending, summary } = overview
  const sum = (of: 'calls' | 'callLimit') =>
    environments.reduce((total, { counters }) => total + counters[of], 0)
  return (
    <>
      <AlarmList alarms={alarms} isOfOneAgency />
      {!isComplete(checklist) && <Checklist agencyId={agencyId} checklist={checklist} />}
      <Tiles
        summary={summary}
        spending={spending}
        calls={{ now: sum('calls'), slots: sum('callLimit') }}
        home={`/admin/agencies/${agencyId}`}
      />
      <EnvironmentCards agencyId={agencyId} environments={environments} now={now} />
    </>
  )
}
