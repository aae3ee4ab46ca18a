import type { FieldProblem } from '../../../field-problem.ts'
import type { ListedAlert } from '../../../alerts/alert.ts'
import type { AlertWebhook } from '../../../alerts/webhook.ts'
import type { Person } from '../../../people/person.ts'
import { counted, Layout } from '../../page/layout.tsx'
import { Copyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { MadeSecret, RotateForm, UrlForm } from '../../page/signed-url.tsx'
import { Table } from '../../page/table.tsx'
import { environmentTitles } from '../../page/words.tsx'

export type Tested = Record<'webhook' | 'mail', { delivered: boolean; error: string | null } | null>

/** How operators are told of alerts. */
interface TellingProps {
  webhook: AlertWebhook | undefined
  isMailSet: boolean
  typed?: string
  error?: FieldProblem
  /** A secret generated just now: this is the only response that shows it. */
  secret?: string
  /** The results of a test sent just now. */
  tested?: Tested
}

interface AlertsProps extends TellingProps {
  person: Person
  alerts: ListedAlert[]
  /** The link to older alerts, if any. */
  older: string | undefined
}

export const AlertsPage = ({ person, alerts, older, ...telling }: AlertsProps) => (
  <Layout section="alerts" title="Alerts" person={person}>
    <main>
      <h1>Alerts</h1>
      <p>
        callgate raises an alert when a budget is nearly used, or when calls look like those of a stolen key.{' '}
        <a href="/docs/alerts">What raises an alert</a>
      </p>
      {alerts.length === 0 ? <p>There are no alerts.</p> : <AlertTable alerts={alerts} />}
      {older !== undefined && <a href={`/admin/alerts?before=${older}`}>Older alerts</a>}
      {alerts.some(isOpen) && (
        <form method="post" action="/admin/alerts/all/acknowledge" class="row start">
          <button type="submit" class="secondary">
            Acknowledge all alerts
          </button>
        </form>
      )}
      {person.role === 'operator' && <Telling {...telling} />}
    </main>
  </Layout>
)

const isOpen = ({ acknowledgedAt }: ListedAlert) => acknowledgedAt === null

const AlertTable = ({ alerts }: { alerts: ListedAlert[] }) => (
  <Table label="Alerts" heads={['Time', 'Agency', 'Alert', 'Acknowledged']}>
    {alerts.map((alert) => (
      <tr key={alert.id}>
        <td>
          <Time at={alert.at} />
        </td>
        <td class="name">
          <a href={`/admin/agencies/${alert.agencyId}/integrations/api`}>{alert.agencyName}</a>{' '}
          <small>{environmentTitles[alert.environment]}</small>
        </td>
        <td class="name">
          {`${alert.message}.`}
          {alert.accessDisabled && <strong> API access was disabled.</strong>}
          {alert.count > 1 && (
            <small>
              {` ${counted(alert.count, 'time')} until `}
              <Time at={alert.lastAt} show="exact" />
            </small>
          )}
        </td>
        <td>{isOpen(alert) ? <Acknowledge alert={alert} /> : alert.acknowledgedBy}</td>
      </tr>
    ))}
  </Table>
)

const Acknowledge = ({ alert }: { alert: ListedAlert }) => (
  <form method="post" action={`/admin/alerts/${alert.id}/acknowledge`} class="inline">
    <button type="submit" class="secondary" aria-label={`Acknowledge: ${alert.message}`}>
      Acknowledge
    </button>
  </form>
)

const Telling = ({ webhook, isMailSet, typed, error, secret, tested }: TellingProps) => (
  <article aria-labelledby="telling">
    <h2 id="telling">Webhook and email</h2>
    <p>
      {isMailSet
        ? 'Alerts are sent by email. '
        : 'To get alerts by email, set CALLGATE_SMTP_URL, CALLGATE_ALERT_MAIL_FROM and CALLGATE_ALERT_MAIL_TO. '}
      The webhook gets a signed <code>alert</code> event for every alert of every agency.
    </p>
    {webhook?.offReason && (
      <p class="notice warning">{`Disabled: ${webhook.offReason} Save the URL to enable it.`}</p>
    )}
    {secret !== undefined && <MadeSecret id="alert-secret" secret={secret} />}
    <UrlForm
      path="/admin/alerts/webhook"
      label="Webhook URL"
      placeholder="https://example.com/alerts"
      value={typed ?? webhook?.url ?? ''}
      error={error}
      isNew={webhook === undefined}
    />
    {webhook && (
      <dl class="facts">
        <dt>Webhook URL</dt>
        <dd>
          <Copyable label="URL">{webhook.url}</Copyable>
        </dd>
        <dt>Signing secret</dt>
        <dd>
          <code>{`whsec_…${webhook.hint}`}</code>
        </dd>
      </dl>
    )}
    {tested && <TestResults results={tested} />}
    {(webhook || isMailSet) && (
      <form method="post" action="/admin/alerts/test" class="row start">
        <button type="submit" class="secondary">
          Send test alert
        </button>
      </form>
    )}
    {webhook && <RotateForm path="/admin/alerts/webhook/secret" requests="alert" />}
    {webhook && (
      <form method="post" action="/admin/alerts/webhook/remove" class="row start">
        <button type="submit" class="secondary inline">
          Remove webhook…
        </button>
      </form>
    )}
  </article>
)

const TestResults = ({ results }: { results: Tested }) => (
  <section aria-label="Result of the test" role="status">
    {(['webhook', 'mail'] as const).map((channel) => {
      const result = results[channel]
      if (!result) return null
      return (
        <p key={channel} class={result.delivered ? 'notice' : 'notice error'}>
          {result.delivered ? `The ${titles[channel]} accepted the test.` : result.error}
        </p>
      )
    })}
  </section>
)

const titles = { webhook: 'webhook', mail: 'mail server' }
