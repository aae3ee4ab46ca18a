import { ScenarioSelect } from '../calls/scenario-select.tsx'
import type { Environment } from '../../../agencies/environment.ts'
import type { FirstCall } from './first-call.ts'
import { CurlLine } from './curl.tsx'
import { environmentTitles } from '../../page/words.tsx'

interface TryItProps {
  environment: Environment
  firstCall: FirstCall
}

/** The ways to a first call: a command line, and a button. */
export const TryIt = ({ environment, firstCall }: TryItProps) => (
  <section class="try-it">
    <h3>{`Try ${environment.name}`}</h3>
    <p>
      From a terminal, with the key in the variable <code>CALLGATE_KEY</code>.{' '}
      {environment.dialsReal
        ? 'If the agent’s provider isn’t the simulator, this calls the number.'
        : 'The simulator plays the call; no phone rings.'}
    </p>
    <CurlLine label={`curl for ${environment.name}`} firstCall={firstCall} />
    {firstCall.hasAgent ? (
      <TestCallForm environment={environment} />
    ) : (
      <p class="empty">
        Every call needs an agent. <a href={`/admin/agencies/${environment.agencyId}/agents`}>Create one</a>{' '}
        first.
      </p>
    )}
  </section>
)

const TestCallForm = ({ environment }: { environment: Environment }) => (
  <form
    method="post"
    action={`/admin/agencies/${environment.agencyId}/integrations/api/${environment.name}/test-call`}
  >
    <label>
      {`Scenario of the ${environment.name} test call`}
      <ScenarioSelect />
      <small>
        The simulator plays the call, whatever the agent’s provider; no phone rings. It occupies a slot, is
        marked as a test, and doesn’t count as an API request.
      </small>
    </label>
    <button
      type="submit"
      class="secondary"
      aria-label={`Send test call in ${environmentTitles[environment.name]}`}
    >
      Send test call
    </button>
  </form>
)
