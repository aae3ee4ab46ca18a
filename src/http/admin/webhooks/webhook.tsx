import { webhookPath, webhookTitle } from './webhook-path.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Environment } from '../../../agencies/environment.ts'
import type { Endpoint } from '../../../webhooks/endpoint.ts'
import { attemptsMost, type Delivery, deliveryStates } from '../../../webhooks/delivery.ts'
import { apiCrumb } from '../integrations/api-crumb.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { AttemptFacts, DeliveryTable, stateTitles } from './delivery.tsx'
import { Verification, WebhookSettings } from './webhook-settings.tsx'
import { MadeSecret, UrlForm } from '../../page/signed-url.tsx'

interface WebhookProps extends AgencyPageProps {
  environment: Environment
  webhook: Endpoint | undefined
  deliveries: Delivery[]
  /** The link to older deliveries, if any. */
  older: string | undefined
  counts: Record<Delivery['state'], number>
  /** The only state that is listed. */
  state: Delivery['state'] | undefined
  /** The result of a test sent just now. */
  tested: Delivery | undefined
  now: number
  typed?: string
  error?: FieldProblem
  /** A secret generated just now: this is the only response that shows it. */
  secret?: string
}

export const WebhookPage = (props: WebhookProps) => {
  const { person, agency, environment, webhook, tested, secret, now } = props
  const path = webhookPath(agency.id, environment.name)
  const title = webhookTitle(environment)
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
          callgate sends signed <code>call_started</code>, <code>call_ended</code> and{' '}
          <code>call_analyzed</code> events of this environment’s calls to your URL, and retries until it gets
          a 2xx response, up to {attemptsMost} times.
        </p>
        {webhook && !webhook.enabled && (
          <p class="notice warning">
            {`Disabled${webhook.offReason ? `: ${webhook.offReason}` : '.'} Pending deliveries wait. Events that happen in the meantime are not stored.`}
          </p>
        )}
        {secret !== undefined && <MadeSecret id="webhook-secret" secret={secret} />}
        <UrlForm
          path={path}
          label="Webhook URL"
          placeholder="https://example.com/hooks/callgate"
          value={props.typed ?? webhook?.url ?? ''}
          error={props.error}
          isNew={webhook === undefined}
        />
        {webhook && <SendTest path={path} tested={tested} />}
      </article>
      {webhook && <Deliveries {...props} path={path} />}
      {webhook && <Verification />}
      {webhook && <WebhookSettings path={path} webhook={webhook} now={now} />}
    </AgencyLayout>
  )
}

const SendTest = ({ path, tested }: { path: string; tested: Delivery | undefined }) => (
  <>
    <form method="post" action={`${path}/test`} class="row start">
      <button type="submit" class="secondary">
        Send Test Webhook
      </button>
    </form>
    {tested && (
      <section aria-label="Result of the test" role="status">
        <p class={tested.state === 'delivered' ? 'notice' : 'notice error'}>
          {tested.state === 'delivered' ? 'The test was delivered.' : 'The test was not delivered.'}
        </p>
        <AttemptFacts delivery={tested} />
      </section>
    )}
  </>
)

const Deliveries = ({ deliveries, older, counts, state, path }: WebhookProps & { path: string }) => (
  <article aria-labelledby="deliveries">
    <h2 id="deliveries">Deliveries</h2>
    <StateChips path={path} counts={counts} state={state} />
    {counts.dead > 0 && (
      <p>
        <a role="button" class="secondary" href={`${path}/replay`}>
          {`Replay all ${counts.dead} failed deliveries…`}
        </a>
      </p>
    )}
    {deliveries.length > 0 ? (
      <>
        <DeliveryTable deliveries={deliveries} path={path} />
        {older !== undefined && (
          <a href={`${path}?${new URLSearchParams({ ...(state && { state }), before: older })}#deliveries`}>
            Older deliveries
          </a>
        )}
      </>
    ) : state === undefined ? (
      <p>
        There are no deliveries yet. Send a test, or <a href="/docs">trigger a call</a> to see its events
        here.
      </p>
    ) : (
      <p class="empty">{`There are no ${stateTitles[state].toLowerCase()} deliveries here.`}</p>
    )}
  </article>
)

const StateChips = ({ path, counts, state }: Pick<WebhookProps, 'counts' | 'state'> & { path: string }) => {
  const all = counts.pending + counts.delivered + counts.dead
  const chip = (of: Delivery['state'] | undefined, label: string, count: number) => (
    <li key={label}>
      <a
        class="tag chip"
        href={of === undefined ? `${path}#deliveries` : `${path}?state=${of}#deliveries`}
        aria-current={of === state ? 'true' : undefined}
      >
        {`${label} ${count.toLocaleString('en')}`}
      </a>
    </li>
  )
  return (
    <ul class="chips" aria-label="Deliveries by state" role="list">
      {chip(undefined, 'All', all)}
      {deliveryStates.map((each) => chip(each, stateTitles[each], counts[each]))}
    </ul>
  )
}
