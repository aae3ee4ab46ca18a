import type { EnvironmentName } from '../../../agencies/environment.ts'
import type { ApiKey } from '../../../keys/key.ts'
import type { Refused } from '../../../usage/recent-refusals.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { Copyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { EnvironmentTag } from '../../page/words.tsx'
import { cureOf } from './cures.ts'
import { reasonInWords } from './reasons.ts'

export const requestPath = (agencyId: string, requestId: string) =>
  `/admin/agencies/${agencyId}/requests/${requestId}`

interface RequestProps extends AgencyPageProps {
  refused: Refused
  environment: EnvironmentName
  usedKey: Pick<ApiKey, 'last4' | 'replacedAt'> | undefined
}

/** Why a request was rejected, and what to do about it. */
export const RequestPage = ({ person, agency, refused, environment, usedKey }: RequestProps) => {
  const base = `/admin/agencies/${agency.id}`
  const { cure, page } = cureOf(refused.code) ?? {}
  return (
    <AgencyLayout person={person} agency={agency} title="Rejected request" section="usage" parents={[]}>
      <h1>{reasonInWords(refused.code)}</h1>
      {cure !== undefined && (
        <p class="notice">
          {cure}
          {page && (
            <>
              {' '}
              <a href={`${base}${page[1]}`}>{page[0]}</a>
            </>
          )}
        </p>
      )}
      <dl class="facts">
        <dt>Environment</dt>
        <dd>
          <EnvironmentTag name={environment} />
        </dd>
        <dt>Rejected</dt>
        <dd>
          <Time at={refused.at} />
        </dd>
        <dt>Request</dt>
        <dd>
          <code>{refused.route}</code>
        </dd>
        <dt>Code</dt>
        <dd>
          <a href={`/docs/errors#${refused.code}`}>
            <code>{refused.code}</code>
          </a>
        </dd>
        {usedKey && (
          <>
            <dt>API key</dt>
            <dd>
              <code>{`bvai_sk_…${usedKey.last4}`}</code>
              {usedKey.replacedAt !== null && (
                <>
                  {', replaced '}
                  <Time at={usedKey.replacedAt} />
                </>
              )}
            </dd>
          </>
        )}
        <dt>From</dt>
        <dd>{refused.address}</dd>
        <dt>Requests in the window</dt>
        <dd>{`${refused.requests} of ${refused.requestLimit} at that moment`}</dd>
        <dt>Concurrent calls</dt>
        <dd>{`${refused.calls} of ${refused.callLimit} at that moment`}</dd>
        <dt>X-Request-Id</dt>
        <dd>
          <Copyable label="request ID">{refused.requestId}</Copyable>
        </dd>
      </dl>
    </AgencyLayout>
  )
}
