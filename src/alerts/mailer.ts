import { createTransport } from 'nodemailer'
import type { Clock } from '../clock.ts'
import type { AlertMail } from '../config.ts'
import type { Attempt } from '../webhooks/delivery.ts'
import type { AlertPayload } from './alert.ts'

interface MailerDeps {
  mail: AlertMail
  clock: Clock
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
}

const timeoutMs = 10_000
const subjectMost = 150

/** Sends an alert by mail once. The Message-ID is that of the delivery, the same in every attempt. */
export const createMailer = ({ mail, clock, publicUrl }: MailerDeps) => {
  const transport = createTransport({
    url: mail.url,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })

  return async ({ id, payload }: { id: string; payload: string }): Promise<Attempt> => {
    const begunAt = clock.monotonic()
    const attempt = (result: Pick<Attempt, 'verdict' | 'status' | 'error'>): Attempt => ({
      ...result,
      answer: null,
      retryAfterMs: 0,
      tookMs: Math.round(clock.monotonic() - begunAt),
    })
    try {
      await transport.sendMail({
        from: mail.from,
        to: [...mail.to],
        messageId: `<${id}@callgate>`,
        date: new Date(clock.now()),
        ...textOf(JSON.parse(payload) as AlertPayload, publicUrl()),
      })
      return attempt({ verdict: 'delivered', status: null, error: null })
    } catch (error) {
      return attempt({ verdict: 'failed', ...problemOf(error) })
    }
  }
}

const textOf = (alert: AlertPayload, publicUrl: string) => {
  const place = `${alert.agency_name}, ${alert.environment}`
  const subject = `${alert.test ? 'Test alert' : 'Alert'} from callgate: ${place}: ${alert.message}`
  const lines = [
    `${alert.message}.`,
    '',
    `Agency: ${alert.agency_name}`,
    `Environment: ${alert.environment}`,
    `Time: ${alert.at}`,
    ...(alert.access_disabled ? ['API access was disabled.'] : []),
    '',
    `All alerts: ${publicUrl}/admin/alerts`,
  ]
  return { subject: subject.slice(0, subjectMost), text: lines.join('\n') }
}

/** Only codes: the text of a mail server may repeat addresses and credentials. */
const problemOf = (error: unknown) => {
  const { code, responseCode } = error as { code?: string; responseCode?: number }
  const status = responseCode ?? null
  const reason = status === null ? (code ?? 'unknown error') : `${status}`
  return { status, error: `The mail server did not accept the mail (${reason}).` }
}
