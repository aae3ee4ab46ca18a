import { whyAccessIsLocked } from '../../../agencies/access.ts'
import type { ApiKey } from '../../../keys/key.ts'
import type { Question } from '../../../people/actor.ts'
import { Ask } from '../question/questions.tsx'
import type { FirstCall } from './first-call.ts'
import { apiCrumb } from './api-crumb.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { CurlLine } from './curl.tsx'
import { ClientTable } from './clients.tsx'
import { environmentPath, type EnvironmentView } from './integrations.tsx'
import { Time } from '../../page/time.tsx'
import { LeakedNotice } from './leaked.tsx'
import { environmentTitles } from '../../page/words.tsx'
import { ShownSecret } from '../../page/shown-secret.tsx'

interface NewKeyProps extends AgencyPageProps {
  environment: EnvironmentView
  token: string
  replacedLast4: string | undefined
  firstCall: FirstCall
}

/** The only response that shows a key. */
export const NewKeyPage = ({ person, agency, environment, token, replacedLast4, firstCall }: NewKeyProps) => (
  <AgencyLayout
    person={person}
    agency={agency}
    title="New API key"
    section="integrations"
    parents={[apiCrumb(agency)]}
  >
    <article class={`environment ${environment.name}`}>
      <h1>{`${environmentTitles[environment.name]} API key`}</h1>
      <p class="notice warning" role="status">
        <strong>Copy the key now. It won’t be shown again.</strong> callgate stores only its hash. If you lose
        the key, generate a new one.
        {replacedLast4 !== undefined && ` The key ending in ${replacedLast4} has stopped working.`}
      </p>
      {environment.accessDisabledBy !== null && (
        <p class="notice warning">
          API access is disabled. Requests with this key get 403 until{' '}
          {whyAccessIsLocked({ ...environment, leakedAt: null }, person.role) === undefined
            ? 'you enable access.'
            : 'an operator of this server enables access.'}
        </p>
      )}
      <ShownSecret id="api-key" label="API key" value={token}>
        <a href={`/admin/agencies/${agency.id}/integrations/api`}>I’ve stored it securely</a>
      </ShownSecret>
    </article>
    <h2>First call</h2>
    <p>
      With the key in the variable <code>CALLGATE_KEY</code>:
    </p>
    <CurlLine label="curl" firstCall={firstCall} />
  </AgencyLayout>
)

interface RotateProps extends AgencyPageProps {
  environment: EnvironmentView
  liveKey: ApiKey
  asked: Question
}

export const RotatePage = ({ person, agency, environment, liveKey, asked }: RotateProps) => (
  <AgencyLayout
    person={person}
    agency={agency}
    title="Rotate API key"
    section="integrations"
    parents={[apiCrumb(agency)]}
  >
    <div class={`environment ${environment.name}`}>
      <LeakedNotice liveKey={liveKey} />
      <Ask
        asked={asked}
        action={`${environmentPath(environment)}/key`}
        fields={{ replaces: liveKey.id }}
        keep={{ href: `/admin/agencies/${agency.id}/integrations/api`, label: 'Keep the key' }}
      >
        <p>
          Every system that still uses the key <code>{`bvai_sk_…${liveKey.last4}`}</code> gets 401
          Unauthorized until you give it the new key. This can’t be undone.
        </p>
        <dl class="facts">
          <dt>Last used</dt>
          <dd>{environment.lastUsedAt === null ? 'never' : <Time at={environment.lastUsedAt} />}</dd>
          <dt>Active calls</dt>
          <dd>{environment.activeCalls === 0 ? 'none' : `${environment.activeCalls}; they continue`}</dd>
        </dl>
        <h2>Who used this key in the last 30 days</h2>
        {environment.uses.length === 0 ? (
          <p>Nobody used this key.</p>
        ) : (
          <ClientTable label="Who used this key" uses={environment.uses} />
        )}
      </Ask>
    </div>
  </AgencyLayout>
)
