import type { Limits } from '../../../limits/limits.ts'
import type { Environment } from '../../../agencies/environment.ts'
import { apiCrumb } from './api-crumb.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { environmentPath } from './integrations.tsx'
import type { FieldProblem } from '../../../field-problem.ts'
import { Form, InputField } from '../../page/form.tsx'
import { environmentTitles } from '../../page/words.tsx'

interface LimitsProps extends AgencyPageProps {
  environment: Environment
  /** The server's limits, for environments without their own. */
  server: Limits
  /** The input of a rejected form. */
  typed?: Record<string, string>
  error?: FieldProblem
}

export const LimitsPage = ({ person, agency, environment, server, typed, error }: LimitsProps) => (
  <AgencyLayout
    person={person}
    agency={agency}
    title={`${environmentTitles[environment.name]} limits`}
    section="integrations"
    parents={[apiCrumb(agency)]}
  >
    <article class={`environment ${environment.name}`}>
      <h1>{`${environmentTitles[environment.name]} limits`}</h1>
      <p>
        Changes apply from the next request on. If you lower a limit below current usage, requests get 429
        until enough requests have left the window or enough calls have ended. Calls in progress continue.
      </p>
      <Form action={`${environmentPath(environment)}/limits`} error={error}>
        <LimitField
          label="Requests per minute"
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
          <a href={`/admin/agencies/${agency.id}/integrations/api`}>Cancel</a>
        </div>
      </Form>
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
  <InputField
    {...{ name, label, value }}
    inputMode="numeric"
    maxLength={9}
    autoComplete="off"
    hint={`1 to 1,000,000. Leave empty to use the server’s default of ${fallback.toLocaleString('en')}.`}
  />
)
