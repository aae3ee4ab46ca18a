import { parseExactly } from '../../../json.ts'
import type { Environment } from '../../../agencies/environment.ts'
import { attemptsMost, type Delivery, type PastAttempt } from '../../../webhooks/delivery.ts'
import type { Endpoint } from '../../../webhooks/endpoint.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { CodeBlock, Copyable, WithCopyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { stateTitles } from './delivery.tsx'
import { webhookCrumbs, webhookPath } from './webhook-path.ts'

interface DeliveryProps extends AgencyPageProps {
  environment: Environment
  delivery: Delivery
  /** The last one first. */
  attempts: PastAttempt[]
  webhook: Endpoint | undefined
  now: number
}

export const DeliveryPage = (props: DeliveryProps) => {
  const { person, agency, environment, delivery, attempts, webhook, now } = props
  const path = webhookPath(agency.id, environment.name)
  return (
    <AgencyLayout
      person={person}
      agency={agency}
      title="Delivery"
      section="integrations"
      parents={webhookCrumbs(agency, environment)}
    >
      <h1>{delivery.event}</h1>
      <dl class="facts">
        <dt>State</dt>
        <dd>{stateTitles[delivery.state]}</dd>
        <dt>Attempts</dt>
        <dd>{`${delivery.attempts} of ${attemptsMost}`}</dd>
        <dt>webhook-id</dt>
        <dd>
          <Copyable label="webhook-id">{delivery.id}</Copyable>
        </dd>
        {delivery.callId !== null && (
          <>
            <dt>Call</dt>
            <dd>
              <Copyable label="call ID" href={`/admin/agencies/${agency.id}/calls/${delivery.callId}`}>
                {delivery.callId}
              </Copyable>
            </dd>
          </>
        )}
        <dt>Created</dt>
        <dd>
          <Time at={delivery.createdAt} />
        </dd>
        {delivery.state === 'pending' && (
          <>
            <dt>Next attempt</dt>
            <dd>{delivery.nextAt <= now ? 'now' : <Time at={delivery.nextAt} />}</dd>
          </>
        )}
      </dl>
      {delivery.state !== 'pending' && (
        <form method="post" action={`${path}/deliveries/${delivery.id}/replay`} class="row start">
          <button type="submit" class="secondary">
            Replay
          </button>
          <small>Sends the same event again with the same webhook-id.</small>
        </form>
      )}
      {attempts.length > 0 && (
        <>
          <h2>Attempts</h2>
          <ul class="attempts" role="list">
            {attempts.map((attempt, at) => (
              <li key={attempt.at + at}>
                <AttemptDetails attempt={attempt} isOpen={at === 0} />
              </li>
            ))}
          </ul>
        </>
      )}
      <h2>Request</h2>
      <CodeBlock label="Headers">{requestHead(delivery, webhook)}</CodeBlock>
      <p>
        <small>
          Each attempt sends this body with its own timestamp and signature. Signatures are not stored.
        </small>
      </p>
      <CodeBlock label="Body">{JSON.stringify(parseExactly(delivery.payload), null, 2)}</CodeBlock>
    </AgencyLayout>
  )
}

/** What callgate sends, without what it does not keep. */
const requestHead = ({ id }: Delivery, webhook: Endpoint | undefined) =>
  [
    `POST ${webhook?.url ?? '(the webhook was removed)'}`,
    'content-type: application/json',
    'user-agent: callgate',
    `webhook-id: ${id}`,
    'webhook-timestamp: (Unix time of the attempt)',
    `webhook-signature: v1,(HMAC-SHA256 with whsec_…${webhook?.hint ?? ''})`,
  ].join('\n')

const AttemptDetails = ({ attempt, isOpen }: { attempt: PastAttempt; isOpen: boolean }) => (
  <details open={isOpen}>
    <summary>
      <Time at={attempt.at} /> {attempt.status ?? 'no response'}
      {attempt.tookMs !== null && ` in ${attempt.tookMs.toLocaleString('en')} ms`}
    </summary>
    {attempt.error !== null && (
      <p>
        <WithCopyable>{attempt.error}</WithCopyable>
      </p>
    )}
    {attempt.answer !== null && (
      <CodeBlock label="Response">{attempt.answer === '' ? '(empty response)' : attempt.answer}</CodeBlock>
    )}
  </details>
)
