import { ageDays } from '../../../keys/age.ts'
import type { AccessDisabler } from '../../../agencies/access.ts'
import type { EnvironmentName } from '../../../agencies/environment.ts'
import type { Call } from '../../../calls/call.ts'
import type { Counters } from '../../rate-limits.ts'
import { Sparkline } from '../../page/chart/sparkline.tsx'
import { Time } from '../../page/time.tsx'
import { environmentTitles, StatusTag } from '../../page/words.tsx'

export interface EnvironmentFacts {
  name: EnvironmentName
  accessDisabledBy: AccessDisabler | null
  dialsReal: boolean
  liveKey: { last4: string; createdAt: number } | undefined
  counters: Counters
  /** The most concurrent calls on each of the last seven days. */
  peaks: number[]
  windowSeconds: number
  lastCall: Pick<Call, 'id' | 'status' | 'createdAt'> | undefined
}

interface EnvironmentCardsProps {
  agencyId: string
  environments: EnvironmentFacts[]
  now: number
}

/** Production and staging next to each other. */
export const EnvironmentCards = ({ agencyId, environments, now }: EnvironmentCardsProps) => (
  <div class="columns">
    {environments.map((environment) => (
      <EnvironmentCard
        key={environment.name}
        home={`/admin/agencies/${agencyId}`}
        now={now}
        {...environment}
      />
    ))}
  </div>
)

const EnvironmentCard = (props: EnvironmentFacts & { home: string; now: number }) => {
  const { name, accessDisabledBy, dialsReal, liveKey, counters, peaks, windowSeconds, lastCall, home, now } =
    props
  return (
    <article class={`environment ${name}`} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{environmentTitles[name]}</h2>
      <dl class="facts">
        <dt>Key</dt>
        <dd>
          <a href={`${home}/integrations/api`}>{liveKey ? `…${liveKey.last4}` : 'none yet'}</a>
          {liveKey && `, ${ageDays(liveKey.createdAt, now)} days old`}
        </dd>
        <dt>API access</dt>
        <dd>{accessDisabledBy === null ? 'Enabled' : 'Disabled'}</dd>
        <dt>Calls</dt>
        <dd>{dialsReal ? 'Through the agent’s provider' : 'Simulated'}</dd>
        <dt>Slots</dt>
        <dd>
          <a href={`${home}/slots`}>{`${counters.calls} of ${counters.callLimit}`}</a>
          <Sparkline
            label={`Most concurrent calls in ${name}, last 7 days: ${peaks.join(', ')}`}
            amounts={peaks}
            limit={counters.callLimit}
          />
        </dd>
        <dt>{`Last ${windowSeconds} seconds`}</dt>
        <dd>
          <a href={`${home}/usage?environment=${name}`}>
            {`${counters.requests} of ${counters.requestLimit} requests`}
          </a>
        </dd>
        <dt>Last call</dt>
        <dd>
          {lastCall ? (
            <>
              <a href={`${home}/calls/${lastCall.id}`}>
                <Time at={lastCall.createdAt} />
              </a>{' '}
              <StatusTag status={lastCall.status} />
            </>
          ) : (
            'none yet'
          )}
        </dd>
      </dl>
    </article>
  )
}
