import { attemptsMost, type Delivery } from '../../../webhooks/delivery.ts'
import { Copyable, WithCopyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { Table } from '../../page/table.tsx'

export const stateTitles = { pending: 'Pending', delivered: 'Delivered', dead: 'Failed' } as const

interface TableProps {
  deliveries: Delivery[]
  /** The path of the webhook's page. */
  path: string
}

export const DeliveryTable = ({ deliveries, path }: TableProps) => (
  <Table label="List of deliveries" heads={['Event', 'State', 'Attempts', 'Last response', 'When']}>
    {deliveries.map((delivery) => (
      <tr key={delivery.id}>
        <td>
          <a href={`${path}/deliveries/${delivery.id}`}>{delivery.event}</a>
        </td>
        <td>
          <span class={`tag delivery-${delivery.state}`}>{stateTitles[delivery.state]}</span>
        </td>
        <td>{`${delivery.attempts} of ${attemptsMost}`}</td>
        <td>{delivery.lastStatus ?? delivery.lastError ?? '–'}</td>
        <td>
          <Time at={delivery.createdAt} />
        </td>
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
export const AttemptFacts = ({ delivery }: { delivery: Delivery }) => (
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
        <dd>
          <WithCopyable>{delivery.lastError}</WithCopyable>
        </dd>
      </>
    )}
    {delivery.lastAnswer !== null && (
      <>
        <dt>Response</dt>
        <dd>
          {delivery.lastAnswer === '' ? 'empty' : <Copyable label="response">{delivery.lastAnswer}</Copyable>}
        </dd>
      </>
    )}
    {delivery.attemptedAt !== null && (
      <>
        <dt>Attempted</dt>
        <dd>
          <Time at={delivery.attemptedAt} />
        </dd>
      </>
    )}
  </dl>
)
