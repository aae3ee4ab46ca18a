import { parseExactly } from '../../../json.ts'
import type { Environment } from '../../../agencies/environment.ts'
import { attemptsMost, type Delivery } from '../../../webhooks/delivery.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { ago, Time } from '../../page/layout.tsx'
import { webhookPath } from './webhook-path.ts'
import { Table } from '../../page/table.tsx'

const stateNames = { pending: 'pending', delivered: 'delivered', dead: 'failed' } as const

interface TableProps {
  deliveries: Delivery[]
  /** The path of the webhook's page. */
  path: string
  now: number
}

export const DeliveryTable = ({ deliveries, path, now }: TableProps) => (
  <Table label="List of deliveries" heads={['Event', 'State', 'Attempts', 'Last response', 'When']}>
    {deliveries.map((delivery) => (
      <tr key={delivery.id}>
        <td>
          <a href={`${path}/deliveries/${delivery.id}`}>{delivery.event}</a>
        </td>
        <td>{stateNames[delivery.state]}</td>
        <td>{`${delivery.attempts} of ${attemptsMost}`}</td>
        <td>{delivery.lastStatus ?? delivery.lastError ?? '–'}</td>
        <td>{ago(delivery.createdAt, now)}</td>
      </tr>
    ))}
  </Table>
)

/** The deliveries of a call's events; nothing without any. */
export const DeliveriesOfCall = (props: TableProps) =>
  props.deliveries.length === 0 ? null : (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries">Webhook deliveries</h2>
      <DeliveryTable {...props} />
    </section>
  )

/** The result of the last attempt. */
export const AttemptFacts = ({ delivery, now }: { delivery: Delivery; now: number }) => (
  <dl class="facts">
    <dt>Status</dt>
    <dd>{delivery.lastStatus ?? 'no response'}</dd>
    {delivery.lastTookMs !== null && (
      <>
        <dt>Time</dt>
        <dd>{`${delivery.lastTookMs} ms`}</dd>
      </>
    )}
    {delivery.lastError !== null && (
      <>
        <dt>Error</dt>
        <dd>{delivery.lastError}</dd>
      </>
    )}
    {delivery.lastAnswer !== null && (
      <>
        <dt>Response</dt>
        <dd>{delivery.lastAnswer === '' ? 'empty' : <code>{delivery.lastAnswer}</code>}</dd>
      </>
    )}
    {delivery.attemptedAt !== null && (
      <>
        <dt>Attempted</dt>
        <dd>{ago(delivery.attemptedAt, now)}</dd>
      </>
    )}
  </dl>
)

interface DeliveryProps extends AgencyPageProps {
  environment: Environment
  delivery: Delivery
  now: number
}

export const DeliveryPage = ({ person, agency, environment, delivery, now }: DeliveryProps) => {
  const path = webhookPath(agency.id, environment.name)
  return (
    <AgencyLayout person={person} agency={agency} title="Delivery" section="integrations">
      <p>
        <a href={path}>{`All deliveries in ${environment.name}`}</a>
      </p>
      <h1>{delivery.event}</h1>
      <dl class="facts">
        <dt>State</dt>
        <dd>{stateNames[delivery.state]}</dd>
        <dt>Attempts</dt>
        <dd>{`${delivery.attempts} of ${attemptsMost}`}</dd>
        <dt>webhook-id</dt>
        <dd>
          <code>{delivery.id}</code>
        </dd>
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
      {delivery.attempts > 0 && (
        <>
          <h2>Last attempt</h2>
          <AttemptFacts delivery={delivery} now={now} />
        </>
      )}
      {delivery.state !== 'pending' && (
        <form method="post" action={`${path}/deliveries/${delivery.id}/replay`}>
          <div class="row start">
            <button type="submit" class="secondary">
              Replay
            </button>
          </div>
          <p>
            <small>Sends the same event again with the same webhook-id.</small>
          </p>
        </form>
      )}
      <h2>Body</h2>
      <pre tabIndex={0}>
        <code>{JSON.stringify(parseExactly(delivery.payload), null, 2)}</code>
      </pre>
    </AgencyLayout>
  )
}
