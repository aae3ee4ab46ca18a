import type { ApiKey } from '../../../keys/key.ts'
import { Time } from '../../page/time.tsx'
import { environmentTitles } from '../../page/words.tsx'
import { apiCrumb } from './api-crumb.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { environmentPath, type EnvironmentView } from './integrations.tsx'

interface KeyShownProps extends AgencyPageProps {
  environment: EnvironmentView
  liveKey: ApiKey
  /** Why a form was not performed. */
  refusal?: string | undefined
}

/** For whoever reloads the page that showed a key. */
export const KeyShownPage = ({ person, agency, environment, liveKey, refusal }: KeyShownProps) => (
  <AgencyLayout
    person={person}
    agency={agency}
    title="API key"
    section="integrations"
    parents={[apiCrumb(agency)]}
  >
    <h1>{`${environmentTitles[environment.name]} API key`}</h1>
    {refusal !== undefined && <p>{refusal}</p>}
    <p class="notice">
      <strong>A key is shown only once.</strong> callgate stores only its hash, so it can’t show the key
      again. Nothing was changed: the {environment.name} key ends in <code>{`…${liveKey.last4}`}</code>,
      generated <Time at={liveKey.createdAt} />.
    </p>
    <p>
      If you stored the key, you are done. If you didn’t,{' '}
      <a href={`${environmentPath(environment)}/rotate`}>rotate it again</a>: you get a new key, and this one
      stops working.
    </p>
    <p>
      <a href={`/admin/agencies/${agency.id}/integrations/api`}>API &amp; Webhooks</a>
    </p>
  </AgencyLayout>
)
