import type { ComponentChildren } from 'preact'
import type { FieldProblem } from '../../../field-problem.ts'
import { ScenarioSelect } from '../calls/scenario-select.tsx'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { Form, InputField } from '../../page/form.tsx'
import { Layout, type Viewer } from '../../page/layout.tsx'

/** From the account to a first call. The first one is the page of the setup link. */
const steps = ['Create your account', 'Create an agency', 'Make a first call'] as const

/** Where somebody is in setting up callgate, with the form of that step in its place. */
const Steps = ({ at, children }: { at: 1 | 2; children: ComponentChildren }) => (
  <section aria-labelledby="setup-title">
    <h2 id="setup-title">{`Set up callgate: step ${at + 1} of ${steps.length}`}</h2>
    <ol class="checklist">
      {steps.map((step, index) => (
        <li key={step} aria-current={index === at ? 'step' : undefined}>
          <h3>
            {step} {index < at && <span class="tag done">Done</span>}
          </h3>
          {index === at && children}
        </li>
      ))}
    </ol>
  </section>
)

interface FirstAgencyProps {
  typed?: string
  error?: FieldProblem | undefined
}

/** The second step, where there is no agency yet. */
export const FirstAgency = ({ typed, error }: FirstAgencyProps) => (
  <Steps at={1}>
    <p>
      An agency has its own keys, limits and agents: it is a customer of yours, or your own company. Its first
      agent, Front desk, simulates calls, so no phone rings until you connect a voice provider.
    </p>
    <Form action="/admin/setup/agency" error={error}>
      <InputField
        name="name"
        label="Name of the agency"
        value={typed ?? ''}
        required
        maxLength={100}
        autoComplete="off"
        placeholder="Acme"
      />
      <button type="submit">Create agency</button>
    </Form>
  </Steps>
)

export const FirstAgencyPage = ({ person, ...shown }: FirstAgencyProps & { person: Viewer }) => (
  <Layout section="overview" title="Set up" person={person} parents={[]}>
    <main>
      <h1>Set up</h1>
      <FirstAgency {...shown} />
    </main>
  </Layout>
)

export const FirstCallPage = ({ person, agency }: AgencyPageProps) => (
  <AgencyLayout person={person} agency={agency} title="Make a first call" section="overview" parents={[]}>
    <h1>{agency.name}</h1>
    <Steps at={2}>
      <p>The simulator plays the call in staging, and its page shows you how it goes. No phone rings.</p>
      <Form action={`/admin/agencies/${agency.id}/integrations/api/staging/test-call`}>
        <label>
          Scenario of the call
          <ScenarioSelect />
        </label>
        <div class="row start">
          <button type="submit">Send test call</button>
          <a href={`/admin/agencies/${agency.id}`}>Not now</a>
        </div>
      </Form>
    </Steps>
  </AgencyLayout>
)
