import type { ComponentChildren } from 'preact'
import type { Progress, Step } from '../../../agencies/checklist.ts'
import { providerKinds } from '../../../providers/kinds.ts'
import { ScenarioSelect } from '../calls/scenario-select.tsx'

interface ChecklistProps {
  agencyId: string
  checklist: Progress[]
}

const stateTitles = { done: 'Done', next: 'Next', later: 'To do' } as const

/** The steps of a new agency. What is not done is done where it stands. */
export const Checklist = ({ agencyId, checklist }: ChecklistProps) => (
  <section aria-labelledby="checklist-title">
    <h2 id="checklist-title">Set up this agency</h2>
    <ol class="checklist">
      {checklist.map(({ step, state }) => (
        <li key={step} class={state} aria-labelledby={`step-${step}`}>
          <h3 id={`step-${step}`}>
            {titles[step]} <span class={`tag ${state}`}>{stateTitles[state]}</span>
          </h3>
          {state !== 'done' && forms[step](`/admin/agencies/${agencyId}`)}
        </li>
      ))}
    </ol>
  </section>
)

const titles: Record<Step, string> = {
  agent: 'Create an agent',
  provider: 'Connect a voice provider',
  key: 'Generate an API key',
  call: 'Make a first call',
  webhook: 'Get events at a webhook',
}

const forms: Record<Step, (home: string) => ComponentChildren> = {
  agent: (home) => (
    <form method="post" action={`${home}/agents`} class="row start">
      <label>
        Name of the agent
        <input name="name" required maxLength={100} autoComplete="off" placeholder="Front desk" />
      </label>
      <button type="submit">Create agent</button>
      <p>It simulates calls until you give it a provider.</p>
    </form>
  ),
  provider: (home) => (
    <>
      <p>Calls ring phones through your own account at a provider. Without one, they are simulated.</p>
      <ul class="row start choices">
        {providerKinds.map(({ name, title }) => (
          <li key={name}>
            <a href={`${home}/integrations/providers/${name}`}>{title}</a>
          </li>
        ))}
      </ul>
    </>
  ),
  key: (home) => (
    <div class="row start">
      {(['staging', 'production'] as const).map((environment) => (
        <form key={environment} method="post" action={`${home}/integrations/api/${environment}/key`}>
          <button type="submit" class={environment === 'staging' ? undefined : 'secondary'}>
            {`Generate ${environment} key`}
          </button>
        </form>
      ))}
      <p>The key is shown only once, so have a safe place ready.</p>
    </div>
  ),
  call: (home) => (
    <form method="post" action={`${home}/integrations/api/staging/test-call`} class="row start">
      <label>
        Scenario of the call
        <ScenarioSelect />
      </label>
      <button type="submit">Send test call</button>
      <p>
        The simulator plays it; no phone rings. <a href={`${home}/integrations/api`}>Or call the API</a>
      </p>
    </form>
  ),
  webhook: (home) => (
    <form method="post" action={`${home}/integrations/api/production/webhook`} class="row start">
      <label>
        Webhook URL
        <input type="url" name="url" required autoComplete="off" placeholder="https://example.com/hooks" />
      </label>
      <button type="submit">Save webhook</button>
      <p>It gets an event when a call ends.</p>
    </form>
  ),
}
