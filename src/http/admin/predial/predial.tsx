import type { FieldProblem } from '../../../field-problem.ts'
import type { Environment } from '../../../agencies/environment.ts'
import type { PredialHook } from '../../../predial/hook.ts'
import { Copyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { MadeSecret, RotateForm, UrlForm } from '../../page/signed-url.tsx'
import { environmentTitles } from '../../page/words.tsx'
import { apiCrumb } from '../integrations/api-crumb.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'

export interface TestResult {
  eligible: boolean
  reason_code: string | null
  reason: string | null
}

interface PredialProps extends AgencyPageProps {
  environment: Environment
  hook: PredialHook | undefined
  path: string
  now: number
  typed?: string
  error?: FieldProblem
  /** A secret generated just now: this is the only response that shows it. */
  secret?: string
  tested?: TestResult
}

export const PredialPage = (props: PredialProps) => {
  const { person, agency, environment, hook, path, now, typed, error, secret, tested } = props
  const title = `${environmentTitles[environment.name]} pre-dial hook`
  return (
    <AgencyLayout
      person={person}
      agency={agency}
      title={title}
      section="integrations"
      parents={[apiCrumb(agency)]}
    >
      <article class={`environment ${environment.name}`}>
        <h1>{title}</h1>
        <p>
          Before a real call is placed, callgate asks your URL with a signed request. The call is placed only
          if it responds with <code>{'{"eligible": true}'}</code> within 5 seconds; otherwise the call is
          canceled. <a href="/docs/predial">How to respond</a>
        </p>
        {secret !== undefined && <MadeSecret id="predial-secret" secret={secret} />}
        <UrlForm
          path={path}
          label="Hook URL"
          placeholder="https://example.com/hooks/eligible"
          value={typed ?? hook?.url ?? ''}
          error={error}
          isNew={hook === undefined}
        />
        {hook && (
          <form method="post" action={`${path}/test`} class="row start">
            <button type="submit" class="secondary">
              Test the hook
            </button>
          </form>
        )}
        {tested && <Tested result={tested} />}
      </article>
      {hook && <Settings path={path} hook={hook} now={now} />}
    </AgencyLayout>
  )
}

const Tested = ({ result: { eligible, reason_code, reason } }: { result: TestResult }) => (
  <section aria-label="Result of the test" role="status">
    <p class={reason_code === 'predial_failed' ? 'notice error' : 'notice'}>
      {eligible ? 'The hook lets the call be placed.' : `The call would be canceled: ${reason}`}
    </p>
  </section>
)

const Settings = ({ path, hook, now }: { path: string; hook: PredialHook; now: number }) => (
  <article aria-labelledby="settings">
    <h2 id="settings">Settings</h2>
    <dl class="facts">
      <dt>URL</dt>
      <dd>
        <Copyable label="URL">{hook.url}</Copyable>
      </dd>
      <dt>Signing secret</dt>
      <dd>
        <code>{`whsec_…${hook.hint}`}</code>
      </dd>
      {hook.previousUntil !== null && hook.previousUntil > now && (
        <>
          <dt>Previous secret</dt>
          <dd>
            also signs until <Time at={hook.previousUntil} />
          </dd>
        </>
      )}
    </dl>
    <RotateForm path={`${path}/secret`} requests="request" />
    <form method="post" action={`${path}/remove`} class="row start">
      <button type="submit" class="secondary">
        Remove hook…
      </button>
    </form>
  </article>
)
