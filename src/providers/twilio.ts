import { z } from 'zod'
import type { CallEvent, CallOrder, finalStatuses } from '../calls/call.ts'
import type {
  Account,
  CallReference,
  IncomingRequest,
  Placement,
  Provider,
  ProviderKind,
  Reading,
  Report,
  Surroundings,
} from './provider.ts'
import { hmac, isSame } from './signature.ts'
import { checkFrom, isSuccess, member, placementFrom, send, text, type WireResult } from './wire.ts'

const title = 'Twilio'
const usualAddress = 'https://api.twilio.com'
/** Twilio: make a call, TimeLimit (recalled). */
const longestCallSeconds = 14_400
const callbackEvents = ['initiated', 'ringing', 'answered', 'completed']
/** Twilio: errors 10004 (too many concurrent calls) and 20429 (too many requests at once, none of them processed). */
const capacityCodes = /^(10004|20429)\b/

/**
 * A telephony leg by Twilio. Twilio has no variables: `call_id`, `name`, `email` and the metadata are appended to the query
 * of the agent's address, where its own query does not have the name. With an application sid they do not travel, and
 * Twilio reports to the application's own status callback: set that to this account's hook, or calls are only asked about.
 */
export const twilio: ProviderKind = {
  name: 'twilio',
  title,
  credentials: [
    {
      name: 'account_sid',
      required: true,
      pattern: /^AC[0-9a-fA-F]{32}$/,
      description: 'Account SID, on the first page of the Twilio Console: AC and 32 hex digits',
    },
    {
      name: 'auth_token',
      required: true,
      description: 'Primary auth token, beside the Account SID; Twilio signs its reports with it',
    },
  ],
  refMeaning: {
    text: 'The https address of its TwiML, which gets call_id, name, email and metadata in its query; or an application sid (AP…), which gets none of them and should have this account’s hook as its status callback',
    required: true,
  },
  fromMeaning: { text: 'A Twilio number or a verified caller ID', required: true },
  needsBaseUrl: false,
  connect: (account, surroundings) => new TwilioProvider(account, surroundings),
}

class TwilioProvider implements Provider {
  readonly #account: Account
  readonly #surroundings: Surroundings
  readonly #token: string
  readonly #address: string
  readonly #authorization: string

  constructor(account: Account, surroundings: Surroundings) {
    const sid = needed(account, 'account_sid')
    this.#token = needed(account, 'auth_token')
    this.#account = account
    this.#surroundings = surroundings
    this.#address = `${account.baseUrl ?? usualAddress}/2010-04-01/Accounts/${encodeURIComponent(sid)}`
    this.#authorization = `Basic ${Buffer.from(`${sid}:${this.#token}`).toString('base64')}`
  }

  async place(order: CallOrder): Promise<Placement> {
    const target = targetOf(order)
    if (!target) return refusal('the agent’s ref is neither an https address nor an application sid')
    if (order.fromNumber === null) return refusal('the agent has no number to call from')
    const result = await this.#request('/Calls.json', [
      ['To', order.phoneNumber],
      ['From', order.fromNumber],
      target,
      ['StatusCallback', `${this.#account.hookUrl}?call=${order.id}`],
      ...callbackEvents.map((event) => ['StatusCallbackEvent', event]),
      ['TimeLimit', String(timeLimitOf(order))],
    ])
    return placementFrom(title, result, {
      idIn: (json) => text(member(json, 'sid')),
      complaintIn,
      isCapacity: (status, complaint) => status === 429 || capacityCodes.test(complaint),
    })
  }

  /**
   * Never by our id, which Twilio's call resource does not have: another call of the account between the same two numbers
   * is not told from ours, least of all when our order never arrived. The signed callback names it.
   */
  async ask({ providerCallId }: CallReference): Promise<Report> {
    if (providerCallId === null)
      return { known: 'unclear', reason: 'Twilio cannot be asked by anything but its own call id' }
    const result = await this.#request(pathOf(providerCallId))
    if (result.kind !== 'answered') return { known: 'unclear', reason: result.reason }
    if (result.status === 404) return { known: 'no' }
    const known = standing.safeParse(result.json)
    if (!isSuccess(result.status) || !known.success)
      return { known: 'unclear', reason: `it answered ${result.status}` }
    return { known: 'yes', providerCallId, events: eventsOf(known.data, this.#surroundings.clock.now()) }
  }

  /** `canceled` reaches a call until it is answered, `completed` from then on: in this order none slips through between. */
  async end({ providerCallId }: CallReference) {
    if (providerCallId === null) throw new Error('Twilio has not given this call an id yet.')
    const path = pathOf(providerCallId)
    if (isGone(await this.#answer(path, [['Status', 'canceled']]))) return
    const completed = await this.#answer(path, [['Status', 'completed']])
    if (isSuccess(completed.status) || isGone(completed)) return
    // What cannot be hung up may be over by now.
    if (!isGone(await this.#answer(path))) throw new Error(`it answered ${completed.status}`)
  }

  async check() {
    return checkFrom(title, await this.#request('.json'))
  }

  /** The signature covers no time to judge by. A replay says again, of the same call, what was said: it changes nothing. */
  read({ headers, body, url }: IncomingRequest, now: number): Reading {
    const fields = new URLSearchParams(Buffer.from(body).toString('utf8'))
    const signature = headers.get('x-twilio-signature') ?? ''
    const isSigned = (address: string) =>
      isSame(signature, hmac('sha1', this.#token, 'base64', address, signedForm(fields)))
    if (!spellingsOf(url).some(isSigned)) return { kind: 'forged' }
    const known = standingOf((name) => fields.get(name))
    if (!known.success) return { kind: 'news', news: [] }
    const callId = new URL(url).searchParams.get('call')
    const providerCallId = fields.get('CallSid')
    const events = eventsOf(known.data, now)
    return { kind: 'news', news: events.map((event) => ({ callId, providerCallId, event })) }
  }

  /** A GET of something of the account, or with a form a POST. */
  #request(path: string, form?: string[][]): Promise<WireResult> {
    const { timeoutMs } = this.#surroundings
    const authorization = this.#authorization
    const url = this.#address + path
    if (!form) return send(url, { headers: { authorization }, timeoutMs })
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
    return send(url, { method: 'POST', headers, body: String(new URLSearchParams(form)), timeoutMs })
  }

  async #answer(path: string, form?: string[][]) {
    const result = await this.#request(path, form)
    if (result.kind !== 'answered') throw new Error(result.reason)
    return result
  }
}

/** An empty token would be one that anybody can sign with. */
const needed = ({ credentials }: Account, name: string) => {
  const value = credentials[name]
  if (!value) throw new Error(`${name} is missing.`)
  return value
}

const pathOf = (sid: string) => `/Calls/${encodeURIComponent(sid)}.json`

const refusal = (reason: string): Placement => ({
  outcome: 'refused',
  code: 'provider_refused',
  reason: `${title}: ${reason}.`,
})

const targetOf = (order: CallOrder): [string, string] | undefined => {
  const ref = order.agentRef ?? ''
  if (/^AP[0-9a-f]{32}$/i.test(ref)) return ['ApplicationSid', ref]
  return /^https:\/\//i.test(ref) && URL.canParse(ref)
    ? ['Url', addressWith(ref, variablesOf(order))]
    : undefined
}

/** The address's own query stays as it is written, and wins over a variable of the same name. */
const addressWith = (ref: string, variables: [string, string][]) => {
  const url = new URL(ref)
  const added = new URLSearchParams(variables.filter(([name]) => !url.searchParams.has(name)))
  url.search = [url.search.slice(1), String(added)].filter((part) => part !== '').join('&')
  return url.href
}

const variablesOf = ({ id, name, email, metadata }: CallOrder) => {
  const own = Object.entries({ name, email, call_id: id })
  const all = new Map([...Object.entries(metadata ?? {}), ...own.filter(([, value]) => value !== null)])
  return [...all]
    .filter(([, value]) => value !== null)
    .map(([key, value]): [string, string] => [
      key,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ])
}

const timeLimitOf = ({ createdAt, expiresAt }: CallOrder) =>
  Math.max(1, Math.min(longestCallSeconds, Math.ceil((expiresAt - createdAt) / 1000)))

/** Twilio repeats numbers and addresses in its messages; a call's reason has neither. */
const complaintIn = (json: unknown) => {
  const message = text(member(json, 'message'))
    ?.replaceAll(/[a-z][a-z+.-]*:\/\/\S+/gi, '…')
    .replaceAll(/\+?\d[\d ().-]{4,}\d/g, '…')
  const code = member(json, 'code')
  return typeof code === 'number' && message !== undefined ? `${code}: ${message}` : message
}

/** Twilio: webhooks security. Each name and value, sorted by name; of a repeated name each value once, sorted. */
const signedForm = (fields: URLSearchParams) =>
  [...new Set(fields.keys())]
    .toSorted()
    .flatMap((name) => [...new Set(fields.getAll(name))].toSorted().map((value) => name + value))
    .join('')

/** An address without a port and with one: Twilio signs either, as its own SDK knows. */
const spellingsOf = (url: string) => {
  const [, scheme = '', host = '', port, rest = ''] =
    /^(https?:\/\/)(\[[^\]]*\]|[^/?#:]*)(:\d+)?(.*)$/.exec(url) ?? []
  const usualPort = scheme === 'https://' ? ':443' : ':80'
  return [`${scheme}${host}${rest}`, `${scheme}${host}${port ?? usualPort}${rest}`]
}

const finals = new Map<string, (typeof finalStatuses)[number]>([
  ['completed', 'completed'],
  ['busy', 'busy'],
  ['failed', 'failed'],
  ['no-answer', 'no_answer'],
  ['canceled', 'canceled'],
])

/** Where an answer leaves nothing to hang up. */
const isGone = ({ status, json }: { status: number; json: unknown }) =>
  status === 404 || (isSuccess(status) && finals.has(text(member(json, 'status')) ?? ''))

const optional = <T extends z.ZodType>(type: T) => type.optional().catch(undefined)
/** RFC 2822, as all times of this interface. */
const time = optional(z.string().transform(Date.parse).refine(Number.isFinite))

/** How a call stands: what its resource and its callbacks say alike. */
const standing = z.object({
  status: z.string(),
  start_time: time,
  end_time: time,
  duration: optional(
    z
      .string()
      .regex(/^\d{1,9}$/)
      .transform(Number),
  ),
  /** Negative, and null until it is known. */
  price: optional(
    z
      .string()
      .regex(/^-?\d{1,9}(\.\d+)?$/)
      .transform(Number),
  ),
  price_unit: optional(z.string()),
  sip_code: optional(z.string().regex(/^\d{3}$/)),
  recording_url: optional(z.url()),
})

const standingOf = (field: (name: string) => string | null) =>
  standing.safeParse({
    status: field('CallStatus'),
    start_time: field('Timestamp'),
    end_time: field('Timestamp'),
    duration: field('CallDuration'),
    sip_code: field('SipResponseCode'),
    recording_url: field('RecordingUrl'),
  })

/** Nothing for `queued` and `initiated`, which the call already is, and for a status that is new to us. */
const eventsOf = (said: z.infer<typeof standing>, now: number): CallEvent[] => {
  const { start_time = now, end_time = now, duration, price, price_unit, sip_code, recording_url } = said
  if (said.status === 'ringing') return [{ type: 'ringing', at: start_time }]
  if (said.status === 'in-progress') return [{ type: 'answered', at: start_time }]
  const status = finals.get(said.status)
  if (!status) return []
  const inDollars = price !== undefined && price_unit?.toUpperCase() === 'USD'
  return [
    {
      type: 'ended',
      at: end_time,
      status,
      ...(sip_code === undefined || status === 'completed'
        ? {}
        : { reason: `Twilio reported SIP response ${sip_code}.` }),
      ...(duration === undefined ? {} : { durationSeconds: duration }),
      details: {
        recordingUrl: recording_url ?? null,
        costCents: inDollars ? Math.round(Math.abs(price) * 100) : null,
      },
    },
  ]
}
