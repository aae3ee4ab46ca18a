import type { Limits } from '../../../limits/limits.ts'
import type { Environment } from '../../../agencies/environment.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { environmentPath } from './integrations.tsx'
import { FormError } from '../../page/layout.tsx'

interface LimitsProps extends AgencyPageProps {
  environment: Environment
  /** The server's limits, for environments without their own. */
  server: Limits
  /** The input of a rejected form. */
  typed?: Record<string, string>
  error?: string
}

export const LimitsPage = ({ person, agency, environment, server, typed, error }: LimitsProps) => (
  <AgencyLayout person={person} agency={agency} title="Limits" section="integrations">
    <article class={`environment ${environment.name}`}>
      <h1>{`Limits of ${environment.name}`}</h1>
      <p>
        A change holds for the next request. Lowering a limit refuses what is above it with 429 until enough
        requests have left the window, or enough calls have ended; calls under way go on.
      </p>
      <FormError message={error} />
      <form method="post" action={`${environmentPath(environment)}/limits`}>
        <LimitField
          label="Requests a minute"
          name="requests_per_minute"
          value={typed?.requests_per_minute ?? environment.requestsPerMinute ?? ''}
          fallback={server.requestsPerMinute}
        />
        <LimitField
          label="Concurrent calls"
          name="concurrent_calls"
          value={typed?.concurrent_calls ?? environment.concurrentCalls ?? ''}
          fallback={server.concurrentCalls}
        />
        <div class="row start">
          <button type="submit">Save limits</button>
          <a href={`/admin/agencies/${agency.id}/integrations/api`}>Keep them as they are</a>
        </div>
      </form>
    </article>
  </AgencyLayout>
)

interface LimitFieldProps {
  label: string
  name: string
  value: string | number
  fallback: number
}

const LimitField = ({ label, name, value, fallback }: LimitFieldProps) => (
  <label>
    {label}
    <input name={name} value={value} inputMode="numeric" maxLength={9} autoComplete="off" />
    <small>{`1 to 1,000,000. Leave empty for the server’s default, ${fallback.toLocaleString('en')}.`}</small>
  </label>
)
