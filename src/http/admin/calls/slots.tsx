import type { EnvironmentName } from '../../../agencies/environment.ts'
import { isStillRunning } from '../../../calls/call.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { callPath, refreshSeconds } from './call.tsx'
import type { CallView } from './calls.tsx'
import { environmentTitles, lasting, StatusTag } from '../../page/words.tsx'
import { Table } from '../../page/table.tsx'

interface Slots {
  name: EnvironmentName
  limit: number
  /** The calls that hold a slot, oldest first. */
  calls: CallView[]
}

interface SlotsProps extends AgencyPageProps {
  environments: Slots[]
  now: number
}

export const SlotsPage = ({ person, agency, environments, now }: SlotsProps) => (
  <AgencyLayout person={person} agency={agency} title="Active slots" section="calls" parents={[]}>
    <h1>Active slots</h1>
    <p>
      Each call occupies a slot of its environment until it ends. Only an operator can release a slot by hand.
    </p>
    {environments.map((environment) => (
      <SlotCard key={environment.name} {...environment} person={person} now={now} />
    ))}
    <noscript>
      <a href={`/admin/agencies/${agency.id}/slots`}>Refresh</a>
    </noscript>
  </AgencyLayout>
)

const SlotCard = ({ name, limit, calls, person, now }: Slots & Pick<SlotsProps, 'person' | 'now'>) => (
  <article class={`environment ${name}`} aria-labelledby={`${name}-slots`}>
    <h2 id={`${name}-slots`}>{environmentTitles[name]}</h2>
    <div id={`${name}-active`} data-refresh-seconds={refreshSeconds}>
      <p>{`${calls.length} of ${limit} slots in use`}</p>
      {calls.length === 0 ? (
        <p class="empty">There are no calls in progress. A call takes a slot when it is triggered.</p>
      ) : (
        <Table label={`Active calls in ${name}`} heads={['Number', 'Status', 'Agent', 'Age', 'Slot']}>
          {calls.map((call) => (
            <tr key={call.id}>
              <td>
                <a href={callPath(call)}>{call.phoneNumber}</a>
              </td>
              <td>
                <StatusTag status={call.status} />
                {isStillRunning(call) && ' still running at the provider'}
              </td>
              <td class="name">{call.agentName}</td>
              <td>{lasting((now - call.createdAt) / 1000)}</td>
              <td>
                {person.role === 'operator' && (
                  <a href={`${callPath(call)}/release`} aria-label={`Release slot of ${call.phoneNumber}`}>
                    Release slot…
                  </a>
                )}
              </td>
            </tr>
          ))}
        </Table>
      )}
    </div>
  </article>
)
