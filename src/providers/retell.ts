import { z } from 'zod'
import { type CallEvent, type CallOrder, type finalStatuses, sentiments } from '../calls/call.ts'
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
import { hmac, isFresh, isSame } from './signature.ts'
import {
  checkFrom,
  isSuccess,
  member,
  parseJson,
  placementFrom,
  type PlacementRules,
  send,
  text,
  type WireResult,
} from './wire.ts'

const title = 'Retell'
const usualAddress = 'https://api.retellai.com'
/** As Retell's SDK has it (webhook_auth), on either side. */
const toleranceMs = 5 * 60_000

/** Retell AI. Sources: its API reference ("Create phone call", "Get call", "Stop call"), "Webhook overview", its SDK. */
export const retell: ProviderKind = {
  name: 'retell',
  title,
  credentials: [
    {
      name: 'api_key',
      required: true,
      pattern: /^[!-~]+$/,
      description: 'Places the calls: an API key of the workspace, from Settings, API Keys',
    },
    {
      name: 'hook_key',
      required: false,
      pattern: /^[!-~]+$/,
      description: 'The API key with the webhook badge, where that is another one: it signs the webhooks',
    },
  ],
  refMeaning: { text: 'The agent id; without one, the agent bound to the number', required: false },
  fromMeaning: { text: 'The Retell number to call from, in E.164', required: true },
  needsBaseUrl: false,
  connect: (account, surroundings) => new RetellProvider(account, surroundings),
}

const maybe = <Type extends z.ZodType>(type: Type) => type.optional().catch(undefined)
const amount = maybe(z.number().min(0))
const utterance = z.object({ role: z.enum(['agent', 'user', 'transfer_target']), content: z.string() })

const theirCall = z.object({
  call_id: z.string().min(1),
  call_status: maybe(z.string()),
  metadata: maybe(z.object({ call_id: maybe(z.string()) })),
  start_timestamp: amount,
  end_timestamp: amount,
  duration_ms: amount,
  disconnection_reason: maybe(z.string()),
  transcript_object: maybe(z.array(maybe(utterance))),
  recording_url: maybe(z.url()),
  call_analysis: maybe(z.object({ call_summary: maybe(z.string()), user_sentiment: maybe(z.string()) })),
  call_cost: maybe(z.object({ combined_cost: amount })),
})
type TheirCall = z.infer<typeof theirCall>
const webhook = z.object({ event: z.string(), call: theirCall })

class RetellProvider implements Provider {
  readonly #account: Account
  readonly #surroundings: Surroundings
  readonly #apiKey: string

  constructor(account: Account, surroundings: Surroundings) {
    if (!account.credentials.api_key) throw new Error('its api_key is missing.')
    this.#account = account
    this.#surroundings = surroundings
    this.#apiKey = account.credentials.api_key
  }

  async place(order: CallOrder): Promise<Placement> {
    if (order.fromNumber === null)
      return { outcome: 'refused', code: 'provider_refused', reason: `${title} needs a number to call from.` }
    const result = await this.#send('/v2/create-phone-call', {
      from_number: order.fromNumber,
      to_number: order.phoneNumber,
      ...(order.agentRef === null ? {} : { override_agent_id: order.agentRef }),
      metadata: { call_id: order.id },
      retell_llm_dynamic_variables: variablesOf(order),
    })
    return placementFrom(title, result, placementRules)
  }

  async ask({ providerCallId }: CallReference): Promise<Report> {
    if (providerCallId === null) return { known: 'unclear', reason: 'it gave no id to ask by' }
    const result = await this.#send(`/v2/get-call/${encodeURIComponent(providerCallId)}`)
    if (result.kind !== 'answered') return { known: 'unclear', reason: result.reason }
    if (isNotFound(result)) return { known: 'no' }
    const call = isSuccess(result.status) ? theirCall.safeParse(result.json).data : undefined
    const events = call && eventsOf(call, this.#surroundings.clock.now())
    if (events === undefined) return { known: 'unclear', reason: `it answered ${result.status}` }
    return { known: 'yes', providerCallId, events }
  }

  async end({ providerCallId }: CallReference) {
    if (providerCallId === null) throw new Error(`${title} gave no id to hang up by.`)
    const result = await this.#send(`/v2/stop-call/${encodeURIComponent(providerCallId)}`, {})
    if (result.kind !== 'answered') throw new Error(`${title} could not hang up: ${result.reason}.`)
    if (!isSuccess(result.status) && !isNotFound(result))
      throw new Error(`${title} could not hang up: it answered ${result.status}.`)
  }

  async check() {
    return checkFrom(title, await this.#send('/get-concurrency'))
  }

  /** `x-retell-signature: v=<ms>,d=<hex>`: HMAC-SHA256 over the raw body and, right behind it, the time. */
  read({ headers, body }: IncomingRequest, now: number): Reading {
    const signature = /^v=(\d+),d=([0-9a-f]{64})$/i.exec(headers.get('x-retell-signature') ?? '')
    const [, signedAt = '', digest = ''] = signature ?? []
    const key = this.#account.credentials.hook_key || this.#apiKey
    if (!isSame(digest.toLowerCase(), hmac('sha256', key, 'hex', body, signedAt))) return { kind: 'forged' }
    if (!isFresh(Number(signedAt), now, toleranceMs)) return { kind: 'stale' }
    const known = webhook.safeParse(parseJson(body))
    if (!known.success) return { kind: 'news', news: [] }
    const { event, call } = known.data
    const names = { callId: call.metadata?.call_id ?? null, providerCallId: call.call_id }
    return { kind: 'news', news: eventsIn(event, call, now).map((one) => ({ ...names, event: one })) }
  }

  /** A POST where there is a body, else a GET. */
  #send(path: string, body?: object): Promise<WireResult> {
    return send(`${this.#account.baseUrl ?? usualAddress}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${this.#apiKey}` },
      ...(body ? { body } : {}),
      timeoutMs: this.#surroundings.timeoutMs,
    })
  }
}

/** Retell's variables are strings alone. What the order itself says wins over metadata of the same name. */
const variablesOf = ({ id, name, email, metadata }: CallOrder) => {
  const own = { call_id: id, ...(name === null ? {} : { name }), ...(email === null ? {} : { email }) }
  const all = Object.entries({ ...metadata, ...own }).filter(([, value]) => value !== null)
  return Object.fromEntries(
    all.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

const placementRules: PlacementRules = {
  idIn: (json) => text(member(json, 'call_id')),
  complaintIn: (json) => {
    if (member(json, 'status') === 'error' || text(member(json, 'call_id')) === undefined)
      return withoutNumbers(text(member(json, 'message')) ?? text(member(json, 'status')))
    // At the limit a call may also be created and be over at once: which one is not documented for outbound calls.
    const status = text(member(json, 'call_status'))
    return status === 'error' || status === 'not_connected'
      ? (text(member(json, 'disconnection_reason')) ?? status)
      : undefined
  },
  isCapacity: (status, complaint) => status === 429 || /concurren/i.test(complaint),
}

const withoutNumbers = (words: string | undefined) =>
  words?.replaceAll(/\+?\d(?:[\s().-]{0,2}\d){6,}/g, '(number)')

/** Retell's reference has no 404: what is not there under this key is a 422 that says so. */
const isNotFound = ({ status, json }: Extract<WireResult, { kind: 'answered' }>) =>
  status === 404 || (status === 422 && /cannot find/i.test(text(member(json, 'message')) ?? ''))

/** What a call object says; undefined for a status that is none of Retell's. */
const eventsOf = (call: TheirCall, now: number): CallEvent[] | undefined => {
  switch (call.call_status) {
    case 'registered':
      return []
    case 'ongoing':
      return [answered(call, now)]
    case 'ended':
    case 'error':
    case 'not_connected':
      return ended(call, now)
    default:
      return undefined
  }
}

/** `call_started` is sent of a connected call alone; `call_analyzed` repeats `call_ended` with more. */
const eventsIn = (event: string, call: TheirCall, now: number): CallEvent[] => {
  if (event === 'call_started') return [answered(call, now)]
  return event === 'call_ended' || event === 'call_analyzed' ? ended(call, now) : []
}

const answered = ({ start_timestamp }: TheirCall, now: number): CallEvent => ({
  type: 'answered',
  at: start_timestamp ?? now,
})

/** Why Retell hung up, as far as it means something else than a conversation that came to its end. */
const outcomes = new Map<string, (typeof finalStatuses)[number]>([
  ['dial_busy', 'busy'],
  ['user_declined', 'busy'],
  ['dial_no_answer', 'no_answer'],
  ['dial_failed', 'failed'],
  ['concurrency_limit_reached', 'failed'],
  ['no_concurrency_fallback', 'failed'],
  ['no_valid_payment', 'failed'],
  ['scam_detected', 'failed'],
  ['invalid_destination', 'failed'],
  ['telephony_provider_permission_denied', 'failed'],
  ['telephony_provider_unavailable', 'failed'],
  ['sip_routing_error', 'failed'],
  ['marked_as_spam', 'failed'],
  ['registered_call_timeout', 'failed'],
])

const statusOf = ({ call_status, disconnection_reason: why = '' }: TheirCall) => {
  const unconnected = call_status === 'not_connected'
  if (why === 'manual_stopped' && unconnected) return 'canceled'
  const isFailure = unconnected || call_status === 'error' || why.startsWith('error_')
  return outcomes.get(why) ?? (isFailure ? 'failed' : 'completed')
}

const ended = (call: TheirCall, now: number): CallEvent[] => {
  const { disconnection_reason: why = '', duration_ms, start_timestamp, call_analysis: analysis } = call
  const status = statusOf(call)
  const sentiment = analysis?.user_sentiment?.toLowerCase()
  const cost = call.call_cost?.combined_cost
  return [
    ...(status === 'completed' && start_timestamp !== undefined ? [answered(call, now)] : []),
    {
      type: 'ended',
      at: call.end_timestamp ?? now,
      status,
      ...(why.includes('concurrency') ? { code: 'provider_capacity' as const } : {}),
      ...(/^((user|agent)_hangup)?$/.test(why) ? {} : { reason: `${title}: ${why.slice(0, 100)}.` }),
      ...(duration_ms === undefined ? {} : { durationSeconds: Math.round(duration_ms / 1000) }),
      details: {
        summary: analysis?.call_summary || null,
        sentiment: sentiments.find((one) => one === sentiment) ?? null,
        transcript: transcriptOf(call),
        recordingUrl: call.recording_url ?? null,
        // In cents already, by the SDK's types.
        costCents: cost === undefined ? null : Math.round(cost),
      },
    },
  ]
}

/** Whoever is not the agent is a human: the person called, or one the call was transferred to. */
const transcriptOf = ({ transcript_object: lines }: TheirCall) =>
  lines?.flatMap((line) =>
    line
      ? [{ role: line.role === 'agent' ? ('agent' as const) : ('human' as const), content: line.content }]
      : [],
  ) ?? null
