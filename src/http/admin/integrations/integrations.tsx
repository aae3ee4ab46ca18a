import { whyAccessIsLocked } from '../../../agencies/access.ts'
import { ageDays, dueIfMadeBefore, rotateAfterDays } from '../../../keys/age.ts'
import type { Limits } from '../../../limits/limits.ts'
import type { Environment } from '../../../agencies/environment.ts'
import type { ApiKey } from '../../../keys/key.ts'
import type { Person } from '../../../people/person.ts'
import type { ClientUse } from '../../../usage/client-usage.ts'
import { providerKinds } from '../../../providers/kinds.ts'
import type { FirstCall } from './first-call.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { counted } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'
import { LeakedNotice } from './leaked.tsx'
import { TryIt } from './try-it.tsx'
import { type OldKey, OldKeys } from './old-keys.tsx'
import { environmentTitles } from '../../page/words.tsx'

/** An environment with its live key and its current use. */
export interface EnvironmentView extends Environment {
  key: ApiKey | undefined
  lastUsedAt: number | null
  activeCalls: number
  limits: Limits
  /** The clients of the live key in the last 30 days. */
  uses: ClientUse[]
  oldKeys: OldKey[]
}

interface IntegrationsProps extends AgencyPageProps {
  connected: boolean
  /** The providers that the agency has an account with. */
  accounts: ReadonlySet<string>
}

export const IntegrationsPage = ({ person, agency, connected, accounts }: IntegrationsProps) => (
  <AgencyLayout person={person} agency={agency} title="Integrations" section="integrations">
    <h1>Integrations</h1>
    <div class="columns">
      <article aria-labelledby="api-webhooks">
        <h2 id="api-webhooks">API &amp; Webhooks</h2>
        <p>Trigger calls from your own systems with an API key.</p>
        <a role="button" href={`/admin/agencies/${agency.id}/integrations/api`}>
          {connected ? 'Manage' : 'Connect'}
        </a>
      </article>
      <article aria-labelledby="providers">
        <h2 id="providers">Voice providers</h2>
        <p>Connect the accounts that this agency’s agents call with.</p>
        <ul>
          {providerKinds.map(({ name, title }) => (
            <li key={name}>
              <a href={`/admin/agencies/${agency.id}/integrations/providers/${name}`}>{title}</a>
              {accounts.has(name) ? ' – connected' : ''}
            </li>
          ))}
        </ul>
      </article>
    </div>
  </AgencyLayout>
)

interface ApiProps extends AgencyPageProps {
  environments: Card[]
  now: number
}

interface Card extends EnvironmentView {
  firstCall: FirstCall
}

export const ApiPage = ({ person, agency, environments, now }: ApiProps) => (
  <AgencyLayout person={person} agency={agency} title="API & Webhooks" section="integrations" parents={[]}>
    <h1>API &amp; Webhooks</h1>
    {agency.plan !== 'agency' && (
      <p class="notice warning">
        API access requires the Agency plan. On other plans, every API request gets 403. Keys are kept.
      </p>
    )}
    <p>
      Staging and production have separate keys, access switches and limits. Use each key only in the systems
      of its environment.
    </p>
    <div class="columns">
      {environments.map((environment) => (
        <EnvironmentCard key={environment.id} person={person} environment={environment} now={now} />
      ))}
    </div>
  </AgencyLayout>
)

export const environmentPath = ({ agencyId, name }: Pick<Environment, 'agencyId' | 'name'>) =>
  `/admin/agencies/${agencyId}/integrations/api/${name}`

interface CardProps {
  person: Person
  environment: Card
  now: number
}

const EnvironmentCard = ({ person, environment, now }: CardProps) => (
  <article class={`environment ${environment.name}`} aria-labelledby={`${environment.name}-title`}>
    <h2 id={`${environment.name}-title`}>{environmentTitles[environment.name]}</h2>
    {environment.key ? (
      <LiveKey person={person} environment={environment} liveKey={environment.key} now={now} />
    ) : (
      <NoKey environment={environment} />
    )}
    <OldKeys oldKeys={environment.oldKeys} />
    <p>
      {`Limits: ${limitsInWords(environment.limits)}.`}{' '}
      {person.role === 'operator' && (
        <a
          href={`${environmentPath(environment)}/limits`}
          aria-label={`Change the ${environment.name} limits`}
        >
          Change
        </a>
      )}
    </p>
    <p>
      <a
        href={`${environmentPath(environment)}/webhook`}
      >{`${environmentTitles[environment.name]} webhook`}</a>
      {', '}
      <a
        href={`${environmentPath(environment)}/predial`}
      >{`${environmentTitles[environment.name]} pre-dial hook`}</a>
    </p>
    <Dialling person={person} environment={environment} />
    <TryIt environment={environment} firstCall={environment.firstCall} />
  </article>
)

const limitsInWords = ({ requestsPerMinute, concurrentCalls }: Limits) =>
  `${counted(requestsPerMinute, 'request')} per minute, ${counted(concurrentCalls, 'concurrent call')}`

/** The switch of real dialling. Turning it on needs a confirmation, because it calls people. */
const Dialling = ({ person, environment }: Pick<CardProps, 'person' | 'environment'>) => {
  const state = environment.dialsReal ? 'Real dialling is on' : 'Real dialling is off: calls are simulated'
  return person.role === 'operator' ? (
    <DiallingSwitch environment={environment} state={state} />
  ) : (
    <p>{`${state}. An operator can change that.`}</p>
  )
}

const DiallingSwitch = ({ environment, state }: { environment: EnvironmentView; state: string }) => (
  <details>
    <summary>{state}</summary>
    <form method="post" action={`${environmentPath(environment)}/dialling`}>
      <p class="notice warning">
        {environment.dialsReal
          ? 'Simulated calls use the built-in simulator, whatever the agent’s provider. Calls in progress continue.'
          : `With real dialling, ${environment.name} calls go to the agent’s provider. Phones ring, and the provider charges you.`}
      </p>
      <button type="submit" class="secondary" name="real" value={environment.dialsReal ? 'false' : 'true'}>
        {environment.dialsReal ? 'Simulate calls' : 'Call real phones'}
      </button>
    </form>
  </details>
)

const NoKey = ({ environment }: { environment: EnvironmentView }) => (
  <>
    <p>{`There is no ${environment.name} key yet. The key is shown only once, so have a safe place ready to store it.`}</p>
    <form method="post" action={`${environmentPath(environment)}/key`}>
      <button type="submit">Generate API Key</button>
    </form>
  </>
)

interface LiveKeyProps {
  person: Person
  environment: EnvironmentView
  liveKey: ApiKey
  now: number
}

const LiveKey = ({ person, environment, liveKey, now }: LiveKeyProps) => (
  <>
    <LeakedNotice liveKey={liveKey} />
    {liveKey.exposedAt !== null && (
      <p class="notice error">
        This key was sent in a URL on <Time at={liveKey.exposedAt} show="exact" />. URLs end up in logs, so
        assume that others know the key, and rotate it.
      </p>
    )}
    {(liveKey.exposedAt !== null || liveKey.leakedAt !== null) && (
      <p>
        <a role="button" href={`${environmentPath(environment)}/rotate`}>
          Rotate now
        </a>
      </p>
    )}
    {liveKey.createdAt < dueIfMadeBefore(now) && (
      <p class="notice warning">
        {`This key is ${ageDays(liveKey.createdAt, now)} days old. Rotate keys every ${rotateAfterDays} days.`}
      </p>
    )}
    <dl class="facts">
      <dt>Key</dt>
      <dd>
        <code>{`bvai_sk_…${liveKey.last4}`}</code>
      </dd>
      <dt>Created</dt>
      <dd>
        <Time at={liveKey.createdAt} />
      </dd>
      <dt>Last used</dt>
      <dd>{environment.lastUsedAt === null ? 'never' : <Time at={environment.lastUsedAt} />}</dd>
    </dl>
    <AccessSwitch person={person} environment={environment} liveKey={liveKey} />
    <a role="button" class="secondary" href={`${environmentPath(environment)}/rotate`}>
      Rotate API Key
    </a>
  </>
)

const switchMeans = (on: boolean, locked: string | undefined) => {
  if (on) return 'Enabled. If you disable access, every request gets 403. The key is kept.'
  return locked === undefined
    ? 'Disabled. Every request gets 403. The key is kept and works again when you enable access.'
    : `Disabled. Every request gets 403. ${locked}`
}

/** The form sends the wanted state, not "toggle", so that two people at once cannot undo each other's change. */
const AccessSwitch = ({ person, environment, liveKey }: Omit<LiveKeyProps, 'now'>) => {
  const on = environment.accessDisabledBy === null
  const locked = whyAccessIsLocked({ ...environment, leakedAt: liveKey.leakedAt }, person.role)
  const hint = `${environment.name}-access-hint`
  return (
    <form method="post" action={`${environmentPath(environment)}/access`}>
      <button
        type="submit"
        role="switch"
        aria-checked={on}
        aria-describedby={hint}
        name="enabled"
        value={on ? 'false' : 'true'}
        disabled={locked !== undefined}
      >
        <span class="track" aria-hidden="true" />
        API access
      </button>
      <p>
        <small id={hint}>{switchMeans(on, locked)}</small>
      </p>
    </form>
  )
}
