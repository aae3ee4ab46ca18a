import { afterEach, expect, test } from 'bun:test'
import { setAlertWebhook, testAlert } from '../../src/alerts/operations/webhook.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { noRules } from '../../src/policy/rules.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { startMailServer } from '../support/mail-server.ts'
import { metricsOf } from '../support/metrics.ts'
import { restarted } from '../support/orders.ts'
import { startReceiver } from '../support/receiver.ts'
import { atOnce } from '../../src/work.ts'

const running: Pick<Gate, 'services'>[] = []
afterEach(() => {
  for (const { services } of running.splice(0)) services.halt()
})

type Delivering = Pick<Gate, 'services' | 'clock'>

/** A gate that tells of alerts. */
const createTelling = (options: Parameters<typeof createGate>[0] = {}) => {
  const gate = createGate(options)
  gate.services.alertDeliverer.start()
  running.push(gate)
  return gate
}

/** Lets a call be rejected for its kind of number. */
const reject = async ({ services, production, agency }: Gate) => {
  const { policies, notice } = services
  atOnce(
    policies.set({ agencyId: agency.id, environmentId: null }, 'admin', { ...noRules, numberKinds: [] }, 0),
  )
  const call = { agencyId: agency.id, environmentId: production.id, phoneNumber: '+19002345678' }
  await notice.rejected(call)
}

/** Moves time, and attempts everything that is due then. */
const tell = async ({ services, clock }: Delivering, ms = 0) => {
  await clock.advance(ms)
  await services.alertDeliverer.idle()
  await clock.advance(0)
}

const listen = async ({ services }: Gate, url: string) =>
  (await services.perform(setAlertWebhook, { url }, commandLineActor)).secret ?? ''

const mailTo = (url: string) => ({
  alertMail: { url, from: 'callgate@example.com', to: ['ops@example.com', 'duty@example.com'] },
})

test('the webhook of operators gets an alert, signed as every webhook, without the number', async () => {
  await using receiver = startReceiver()
  const gate = createTelling({ publicUrl: 'https://calls.example.com' })
  receiver.expect(await listen(gate, receiver.url))
  await reject(gate)
  await tell(gate)
  const [received, ...more] = receiver.received
  expect(more).toEqual([])
  expect(received).toMatchObject({
    verified: true,
    body: {
      event: 'alert',
      kind: 'shut_number',
      at: '2026-01-15T12:00:00.000Z',
      agency: gate.agency.id,
      agency_name: 'Acme',
      environment: 'production',
      access_disabled: false,
    },
  })
  expect(JSON.stringify(received)).not.toContain('9002345678')
})

test('an alert is sent again like a delivery, under the same id, until it arrives', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 500 }))
  const gate = createTelling()
  await listen(gate, receiver.url)
  await reject(gate)
  await tell(gate)
  await tell(gate, 5000)
  receiver.answer(() => new Response())
  await tell(gate, 300_000)
  await tell(gate, 300_000)
  expect(receiver.received.map(({ id }) => id)).toEqual(Array(3).fill(receiver.received[0]?.id))
  expect(atOnce(gate.services.alertDeliveries.latest(9))).toMatchObject([{ state: 'delivered', attempts: 3 }])
})

test('an alert that was not told when the process died is told by the next one', async () => {
  using directory = temporaryDirectory()
  await using receiver = startReceiver()
  const gate = createGate({ path: directory.database })
  receiver.expect(await listen(gate, receiver.url))
  await reject(gate)
  gate.services.halt()
  using next = await restarted(gate, directory.database)
  running.push(next)
  expect(receiver.received).toEqual([])
  next.services.alertDeliverer.start()
  await tell(next)
  expect(receiver.received.map(({ verified }) => verified)).toEqual([true])
})

test('a webhook that answers 410 gets no more, until it is saved again', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 410 }))
  const gate = createTelling()
  await listen(gate, receiver.url)
  await reject(gate)
  await tell(gate)
  await gate.clock.advance(3_600_000)
  await reject(gate)
  await tell(gate)
  expect(receiver.received).toHaveLength(1)
  receiver.answer(() => new Response())
  await listen(gate, receiver.url)
  await gate.clock.advance(3_600_000)
  await reject(gate)
  await tell(gate)
  expect(receiver.received).toHaveLength(2)
})

test('mail goes to everyone on the list, and again after the mail server turned it away', async () => {
  await using server = await startMailServer()
  const gate = createTelling({ ...mailTo(server.url), publicUrl: 'https://calls.example.com' })
  server.answer(451)
  await reject(gate)
  await tell(gate)
  expect(atOnce(gate.services.alertDeliveries.latest(9))).toMatchObject([
    { channel: 'mail', state: 'pending', lastStatus: 451 },
  ])
  server.answer(250)
  await tell(gate, 5000)
  const [mail, ...more] = server.mails
  expect(more).toEqual([])
  expect(mail).toMatchObject({ from: 'callgate@example.com', to: ['ops@example.com', 'duty@example.com'] })
  expect(mail?.data).toMatch(/^Subject: Alert from callgate: Acme, production: A call was rejected/m)
  expect(mail?.data.replaceAll('=\n', '')).toContain('https://calls.example.com/admin/alerts')
})

test('what a mail server that cannot be reached says shows no password', async () => {
  const gate = createTelling(mailTo('smtp://user:a-password@127.0.0.1:1'))
  await reject(gate)
  await tell(gate)
  const [delivery] = atOnce(gate.services.alertDeliveries.latest(1))
  expect(delivery).toMatchObject({ state: 'pending', attempts: 1 })
  expect(JSON.stringify(delivery)).not.toContain('a-password')
})

test('a slow mail server holds up no webhook', async () => {
  await using receiver = startReceiver()
  await using silent = Bun.listen({ hostname: '127.0.0.1', port: 0, socket: { data() {} } })
  const gate = createTelling(mailTo(`smtp://127.0.0.1:${silent.port}`))
  await listen(gate, receiver.url)
  await reject(gate)
  await gate.clock.advance(0)
  for (let at = 0; at < 100 && receiver.received.length === 0; at++) await Bun.sleep(10)
  expect(receiver.received).toHaveLength(1)
  expect(gate.services.alertDeliverer.busy).toBe(true)
})

test('a test goes to each channel once, is kept nowhere, and says what came of it', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 503 }))
  await using server = await startMailServer()
  const gate = createTelling(mailTo(server.url))
  await listen(gate, receiver.url)
  const result = await gate.services.perform(testAlert, {}, commandLineActor)
  expect(result).toEqual({
    webhook: { delivered: false, status: 503, error: 'The endpoint responded with 503.' },
    mail: { delivered: true, status: null, error: null },
  })
  expect(receiver.received).toMatchObject([{ body: { event: 'alert', test: true } }])
  expect(server.mails).toHaveLength(1)
  expect(atOnce(gate.services.alerts.list({ limit: 9 }))).toEqual([])
})

test('the webhook’s secret is shown once and rotated, with both signing for a day', async () => {
  await using receiver = startReceiver()
  const gate = createTelling()
  const { perform } = gate.services
  const first = await listen(gate, receiver.url)
  expect(first).toStartWith('whsec_')
  expect(await listen(gate, receiver.url)).toBe('')
  const { secret } = await perform(
    setAlertWebhook,
    { url: receiver.url, rotate_secret: true },
    commandLineActor,
  )
  expect(secret).toStartWith('whsec_')
  receiver.expect(first)
  await perform(testAlert, {}, commandLineActor)
  receiver.expect(secret ?? '')
  await perform(testAlert, {}, commandLineActor)
  expect(receiver.received.map(({ verified, signatures }) => [verified, signatures.length])).toEqual([
    [true, 2],
    [true, 2],
  ])
})

test('the metrics count alerts by kind, those that were only counted once more not', async () => {
  const gate = createTelling()
  await reject(gate)
  await reject(gate)
  await gate.clock.advance(0)
  expect(metricsOf(gate).get('callgate_alerts_total')?.samples).toEqual(
    new Map([['{kind="shut_number"}', 1]]),
  )
})
