import type { Alarm } from '../../../alarms/alarm.ts'
import { countOf } from '../../../alarms/alarms.ts'
import type { Summary } from '../../../usage/summary.ts'
import type { Busy } from '../../../usage/usage.ts'
import { findKind } from '../../../providers/kinds.ts'
import { Layout, type Viewer } from '../../page/layout.tsx'
import { FirstAgency } from '../setup/setup.tsx'
import { Table } from '../../page/table.tsx'
import { environmentTitles } from '../../page/words.tsx'
import { AlarmList } from './alarm-list.tsx'
import { type Spending, Tiles } from './tiles.tsx'

interface GateOverviewProps {
  person: Viewer
  alarms: Alarm[]
  summary: Summary
  spending: Spending[]
  callsInProgress: number
  busiest: Busy[]
  providers: { provider: string; accepted: number; refused: number }[]
}

export const GateOverviewPage = ({ person, alarms, busiest, providers, ...today }: GateOverviewProps) => (
  <Layout section="overview" title="Overview" person={{ ...person, openAlarms: countOf(alarms) }}>
    <main>
      <h1>Overview</h1>
      {person.firstAgencies?.length === 0 && <FirstAgency />}
      <AlarmList alarms={alarms} isOfOneAgency={false} />
      <Tiles
        {...today}
        calls={{ now: today.callsInProgress, slots: undefined, peaks: today.summary.peakCalls }}
        home={undefined}
      />
      <div class="columns">
        <section>
          <h2>Busiest agencies today</h2>
          {busiest.length === 0 ? (
            <p class="empty">
              No calls yet today. <a href="/admin/agencies">Agencies</a>
            </p>
          ) : (
            <Table label="Busiest agencies today" heads={['Agency', 'Calls']}>
              {busiest.map(({ agencyId, agencyName, environment, calls }) => (
                <tr key={`${agencyId} ${environment}`}>
                  <td class="name">
                    <a href={`/admin/agencies/${agencyId}`}>{agencyName}</a>{' '}
                    <small>{environmentTitles[environment]}</small>
                  </td>
                  <td>{calls.toLocaleString('en')}</td>
                </tr>
              ))}
            </Table>
          )}
        </section>
        <section>
          <h2>Providers today</h2>
          {providers.length === 0 ? (
            <p class="empty">No provider has had a call today.</p>
          ) : (
            <Table label="Providers today" heads={['Provider', 'Accepted', 'Refused or failed']}>
              {providers.map(({ provider, accepted, refused }) => (
                <tr key={provider}>
                  <td>{findKind(provider)?.title ?? provider}</td>
                  <td>{accepted.toLocaleString('en')}</td>
                  <td>{refused.toLocaleString('en')}</td>
                </tr>
              ))}
            </Table>
          )}
        </section>
      </div>
    </main>
  </Layout>
)
