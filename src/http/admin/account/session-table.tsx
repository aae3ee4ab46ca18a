import { browserInWords } from '../../../people/browser.ts'
import type { Session } from '../../../people/person.ts'
import { Time } from '../../page/time.tsx'
import { Table } from '../../page/table.tsx'

interface SessionTableProps {
  sessions: Session[]
  /** The session of this request. */
  current: Pick<Session, 'hash'> | undefined
  /** The path of the form that ends sessions. */
  action: string
}

/** Where a person is signed in, with a button to end each session. */
export const SessionTable = ({ sessions, current, action }: SessionTableProps) => (
  <Table label="Sessions" heads={['Signed in', 'Last used', 'Address', 'Browser', 'End']}>
    {sessions.map(({ hash, createdAt, seenAt, address, userAgent }) => (
      <tr key={hash}>
        <td>
          <Time at={createdAt} />
        </td>
        <td>
          <Time at={seenAt} />
        </td>
        <td>{address ?? 'Unknown'}</td>
        <td class="name">
          {browserInWords(userAgent)}
          {hash === current?.hash && ' (this session)'}
        </td>
        <td>
          <form method="post" action={action} class="inline">
            <input type="hidden" name="session" value={hash} autoComplete="off" />
            <button
              type="submit"
              class="secondary"
              aria-label={`End the session of ${browserInWords(userAgent)}`}
            >
              End
            </button>
          </form>
        </td>
      </tr>
    ))}
  </Table>
)
