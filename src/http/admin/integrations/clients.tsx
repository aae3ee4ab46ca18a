import { type ClientUse, others } from '../../../usage/client-usage.ts'
import { Time } from '../../page/time.tsx'

interface ClientTableProps {
  label: string
  uses: ClientUse[]
  /** Counts only requests after the key was replaced. */
  sinceRotation?: boolean
}

const shownMost = 20

/** The clients of a key, the last seen first. */
export const ClientTable = ({ label, uses, sinceRotation = false }: ClientTableProps) => (
  <>
    <div class="table compact" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Address and client</th>
            <th scope="col">Requests</th>
            {!sinceRotation && <th scope="col">First seen</th>}
            <th scope="col">Last seen</th>
          </tr>
        </thead>
        <tbody>
          {uses.slice(0, shownMost).map((use) => (
            <tr key={`${use.address} ${use.client}`}>
              <td class="name">
                {use.address === others.address ? 'other addresses' : use.address}
                <br />
                {use.address === others.address ? 'other clients' : use.client}
              </td>
              <td>{(sinceRotation ? use.afterRotation : use.requests).toLocaleString('en')}</td>
              {!sinceRotation && (
                <td>
                  <Time at={use.firstSeenAt} />
                </td>
              )}
              <td>
                <Time at={use.lastSeenAt} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    {uses.length > shownMost && <p>{`And ${uses.length - shownMost} more, last seen earlier.`}</p>}
  </>
)
