import type { EnvironmentName } from '../../../agencies/environment.ts'
import { type Refused, refusedPerEnvironment } from '../../../usage/recent-refusals.ts'
import { Copyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { reasonInWords } from './reasons.ts'

interface RefusalsProps {
  name: EnvironmentName
  refusals: Refused[]
  /** The X-Request-Id to search for. */
  wanted: string | undefined
}

/** The last rejected requests, with the counters at that moment. */
export const Refusals = ({ name, refusals, wanted }: RefusalsProps) => (
  <>
    <h3>{wanted === undefined ? 'Recent rejected requests' : `Rejected requests with the ID ${wanted}`}</h3>
    {refusals.length === 0 ? (
      <p class="empty">
        {wanted === undefined
          ? 'No requests were rejected recently. Rejected requests are listed here with their X-Request-Id.'
          : `None of the last ${refusedPerEnvironment} rejected requests in ${name} has this ID.`}
      </p>
    ) : (
      <div class="table compact" role="region" aria-label={`Rejected requests in ${name}`} tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Reason and request</th>
              <th scope="col">Window</th>
              <th scope="col">Calls</th>
              <th scope="col">X-Request-Id</th>
            </tr>
          </thead>
          <tbody>
            {refusals.map((refused) => (
              <tr key={refused.requestId}>
                <td>
                  <Time at={refused.at} />
                </td>
                <td class="name">
                  <strong>{reasonInWords(refused.code)}</strong>
                  <br />
                  {`${refused.route} from ${refused.address}`}
                </td>
                <td>{`${refused.requests} of ${refused.requestLimit}`}</td>
                <td>{`${refused.calls} of ${refused.callLimit}`}</td>
                <td>
                  <Copyable label="ID" href={`requests/${refused.requestId}`}>
                    {refused.requestId}
                  </Copyable>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    )}
  </>
)

/** The search by request id, for people who have an error response in front of them. */
export const FindRefusal = ({ path, wanted }: { path: string; wanted: string | undefined }) => (
  <form method="get" action={path} class="find">
    <label>
      Why was this request rejected?
      <input
        name="request"
        value={wanted ?? ''}
        placeholder="X-Request-Id"
        maxLength={36}
        autoComplete="off"
        spellcheck={false}
      />
    </label>
    <div class="row start">
      <button type="submit" class="secondary">
        Find
      </button>
      {wanted !== undefined && <a href={path}>Show recent requests</a>}
    </div>
  </form>
)
