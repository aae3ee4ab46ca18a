import { z } from 'zod'
import type { CallEvent, CallOrder } from '../calls/call.ts'
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

const title = 'ElevenLabs'
const usualAddress = 'https://api.elevenlabs.io'
const twilioAddress = 'https://api.twilio.com'
/** As ElevenLabs' SDK has it for the past; the future is ours. */
const toleranceMs = 30 * 60_000

/**
 * ElevenLabs Agents through a Twilio number of one's own. Sources: ElevenLabs' API reference ("Outbound call via Twilio",
 * "Get conversation"), "Post-call webhooks", its SDK; for hanging up, Twilio's "Call resource".
 */
export const elevenlabs: ProviderKind = {
  name: 'elevenlabs',
  title,
  credentials: [
    {
      name: 'api_key',
      required: true,
      pattern: /^[!-~]+$/,
      description: 'Places the calls: an API key that may use ElevenLabs Agents',
    },
    {
      name: 'hook_secret',
      required: true,
      description: 'The secret that ElevenLabs shows once, when the post-call webhook is made',
    },
    {
      name: 'twilio_account_sid',
      required: false,
      pattern: /^AC[0-9a-fA-F]{32}$/,
      description: 'For hanging up: the Twilio account that the number belongs to',
    },
    {
      name: 'twilio_auth_token',
      required: false,
      pattern: /^[!-~]+$/,
      description: 'For hanging up: the auth token of that Twilio account',
    },
  ],
  refMeaning: { text: 'The agent id', required: true },
  fromMeaning: { text: 'The agent phone number id', required: true },
  needsBaseUrl: false,
  connect: (account, surroundings) => new ElevenLabsProvider(account, surroundings),
}

const maybe = <Type extends z.ZodType>(type: Type) => type.optional().catch(undefined)
const words = maybe(z.string().min(1))
const amount = maybe(z.number().min(0))
const line = z.object({ role: z.enum(['agent', 'user']), message: z.string().min(1) })

/** Both what is answered about a conversation and the data of a webhook. The schema of a failure is second-hand. */
const conversation = z.object({
  conversation_id: words,
  status: words,
  user_id: words,
  failure_reason: words,
  transcript: maybe(z.array(maybe(line))),
  analysis: maybe(z.object({ transcript_summary: words })),
  metadata: maybe(
    z.object({
      start_time_unix_secs: amount,
      accepted_time_unix_secs: amount,
      call_duration_secs: amount,
      termination_reason: words,
      error: maybe(z.unknown()),
      phone_call: maybe(z.object({ call_sid: words })),
      body: maybe(z.object({ CallSid: words, CallStatus: words })),
    }),
  ),
  conversation_initiation_client_data: maybe(
    z.object({ user_id: words, dynamic_variables: maybe(z.object({ call_id: words })) }),
  ),
})
type Conversation = z.infer<typeof conversation>
const webhook = z.object({ type: z.string(), event_timestamp: amount, data: conversation })

class ElevenLabsProvider implements Provider {
  readonly #account: Account
  readonly #surroundings: Surroundings
  readonly #apiKey: string
  readonly #hookSecret: string

  constructor(account: Account, surroundings: Surroundings) {
    const { api_key, hook_secret } = account.credentials
    if (!api_key) throw new Error('its api_key is missing.')
    if (!hook_secret) throw new Error('its hook_secret is missing.')
    this.#account = account
    this.#surroundings = surroundings
    this.#apiKey = api_key
    this.#hookSecret = hook_secret
  }

  async place(order: CallOrder): Promise<Placement> {
    if (order.agentRef === null || order.fromNumber === null) {
      const reason = `${title} needs an agent id and an agent phone number id.`
      return { outcome: 'refused', code: 'provider_refused', reason }
    }
    const result = await this.#send('/v1/convai/twilio/outbound-call', {
      agent_id: order.agentRef,
      agent_phone_number_id: order.fromNumber,
      to_number: order.phoneNumber,
      conversation_initiation_client_data: { user_id: order.id, dynamic_variables: variablesOf(order) },
    })
    return placementFrom(title, result, placementRules)
  }

  async ask({ providerCallId }: CallReference): Promise<Report> {
    const { conversationId, callSid } = splitId(providerCallId)
    if (conversationId === undefined) return { known: 'unclear', reason: 'it gave no id to ask by' }
    const result = await this.#send(`/v1/convai/conversations/${encodeURIComponent(conversationId)}`)
    if (result.kind !== 'answered') return { known: 'unclear', reason: result.reason }
    if (result.status === 404) return { known: 'no' }
    const said = isSuccess(result.status) ? conversation.safeParse(result.json).data : undefined
    const events = said && eventsOf(said, this.#surroundings.clock.now())
    if (events === undefined) return { known: 'unclear', reason: `it answered ${result.status}` }
    const sid = callSid ?? said?.metadata?.phone_call?.call_sid
    return { known: 'yes', providerCallId: joinId(conversationId, sid) ?? conversationId, events }
  }

  /** ElevenLabs has no hang-up of its own (deleting a conversation erases its record): the Twilio leg is ended instead. */
  async end({ providerCallId }: CallReference) {
    const { twilio_account_sid: sid, twilio_auth_token: token } = this.#account.credentials
    if (!sid || !token)
      throw new Error(`${title} cannot hang up without twilio_account_sid and twilio_auth_token.`)
    const { callSid } = splitId(providerCallId)
    if (callSid === undefined) throw new Error(`${title} gave no Twilio call sid to hang up by.`)
    const path = `/2010-04-01/Accounts/${sid}/Calls/${encodeURIComponent(callSid)}.json`
    const result = await send(`${telephonyAddress(this.#account.baseUrl)}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${sid}:${token}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'Status=completed',
      timeoutMs: this.#surroundings.timeoutMs,
    })
    if (result.kind !== 'answered') throw new Error(`Twilio could not hang up: ${result.reason}.`)
    // Not even a 404 is good: it is also what the credentials of another Twilio account get for a call that goes on.
    if (!isSuccess(result.status)) throw new Error(`Twilio could not hang up: it answered ${result.status}.`)
  }

  /** The list of conversations is recalled, not on our facts page. A key for agents alone may read it. */
  async check() {
    return checkFrom(title, await this.#send('/v1/convai/conversations?page_size=1'))
  }

  /** `ElevenLabs-Signature: t=<s>,v0=<hex>`: HMAC-SHA256 over the time, a dot and the raw body. */
  read({ headers, body }: IncomingRequest, now: number): Reading {
    const signature = /^t=(\d+),v0=([0-9a-f]{64})$/.exec(headers.get('elevenlabs-signature') ?? '')
    const [, signedAt = '', digest = ''] = signature ?? []
    const expected = hmac('sha256', this.#hookSecret, 'hex', `${signedAt}.`, body)
    if (!isSame(digest, expected)) return { kind: 'forged' }
    if (!isFresh(Number(signedAt) * 1000, now, toleranceMs)) return { kind: 'stale' }
    const known = webhook.safeParse(parseJson(body))
    if (!known.success) return { kind: 'news', news: [] }
    const { type, event_timestamp: reportedAt, data } = known.data
    const names = { callId: ourIdIn(data), providerCallId: theirIdIn(data) ?? null }
    const events = eventsIn(type, data, reportedAt === undefined ? now : reportedAt * 1000)
    return { kind: 'news', news: events.map((event) => ({ ...names, event })) }
  }

  /** A POST where there is a body, else a GET. */
  #send(path: string, body?: object): Promise<WireResult> {
    return send(`${this.#account.baseUrl ?? usualAddress}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { 'xi-api-key': this.#apiKey },
      ...(body ? { body } : {}),
      timeoutMs: this.#surroundings.timeoutMs,
    })
  }
}

/**
 * Where to hang up. A base URL is for regions and tests: a test's serves both sides, because Twilio's cannot be set apart,
 * while a region of ElevenLabs is no place for Twilio's token.
 */
export const telephonyAddress = (baseUrl: string | null) =>
  baseUrl === null || /(^|\.)elevenlabs\.io$/.test(new URL(baseUrl).hostname) ? twilioAddress : baseUrl

/** Variables are scalars, and `system__` is theirs. What the order itself says wins over metadata of the same name. */
const variablesOf = ({ id, name, email, metadata }: CallOrder) => {
  const own = { call_id: id, ...(name === null ? {} : { name }), ...(email === null ? {} : { email }) }
  const all = Object.entries({ ...metadata, ...own })
    .filter(([key, value]) => value !== null && !key.startsWith('system__'))
    .map(([key, value]) => [key, typeof value === 'object' ? JSON.stringify(value) : value])
  return Object.fromEntries(all) as Record<string, string | number | boolean>
}

const placementRules: PlacementRules = {
  idIn: (json) => joinId(text(member(json, 'conversation_id')), text(member(json, 'callSid'))),
  complaintIn: (json) => withoutNumbers(complaintIn(json)),
  isCapacity: (status, complaint) => status === 429 || /concurren|system_busy/i.test(complaint),
}

/** `success: false` comes with a 200; of other errors, `detail` is a text, an object, or a list where validation failed. */
const complaintIn = (json: unknown): string | undefined => {
  if (member(json, 'success') === false) return text(member(json, 'message')) ?? 'success: false'
  const detail = member(json, 'detail')
  if (Array.isArray(detail)) return detail.map((one) => text(member(one, 'msg')) ?? 'invalid').join('; ')
  const parts = [detail, member(detail, 'status'), member(detail, 'message')].map(text)
  return parts.filter((part) => part !== undefined).join(': ')
}

const withoutNumbers = (said: string | undefined) =>
  said?.replaceAll(/\+?\d(?:[\s().-]{0,2}\d){6,}/g, '(number)')

/** Both ids of a call in one, because asking takes the one and hanging up the other. Either may be missing. */
const joinId = (conversationId: string | undefined, callSid: string | undefined) =>
  callSid === undefined ? conversationId : `${conversationId ?? ''}/${callSid}`

const splitId = (providerCallId: string | null) => {
  const [conversationId, callSid] = (providerCallId ?? '').split('/').map(text)
  return { conversationId, callSid }
}

const ourIdIn = ({ user_id, conversation_initiation_client_data: given }: Conversation) =>
  given?.dynamic_variables?.call_id ?? given?.user_id ?? user_id ?? null

const theirIdIn = ({ conversation_id, metadata }: Conversation) =>
  joinId(conversation_id, metadata?.phone_call?.call_sid ?? metadata?.body?.CallSid)

/** What a conversation says; undefined for a status that is none of ElevenLabs'. */
const eventsOf = (said: Conversation, now: number): CallEvent[] | undefined => {
  switch (said.status) {
    case 'initiated':
      return []
    case 'in-progress':
      return answered(said, now)
    case 'processing':
    case 'done':
      return completed(said, now)
    case 'failed':
      return failed(said, now)
    default:
      return undefined
  }
}

/** There is no event of a start. Audio and machine detection bring nothing that a call keeps. */
const eventsIn = (type: string, data: Conversation, now: number): CallEvent[] => {
  if (type === 'call_initiation_failure') return failed(data, now)
  if (type !== 'post_call_transcription') return []
  return data.status === 'failed' ? failed(data, now) : completed(data, now)
}

const answered = ({ metadata }: Conversation, now: number): CallEvent[] => {
  const seconds = metadata?.accepted_time_unix_secs ?? metadata?.start_time_unix_secs
  return [{ type: 'answered', at: seconds === undefined ? now : Math.round(seconds * 1000) }]
}

const completed = (said: Conversation, now: number): CallEvent[] => {
  const wasAnswered = said.metadata?.accepted_time_unix_secs ?? said.metadata?.start_time_unix_secs
  return [
    ...(wasAnswered === undefined ? [] : answered(said, now)),
    { type: 'ended', status: 'completed', ...endOf(said, now) },
  ]
}

const failed = (said: Conversation, now: number): CallEvent[] => {
  const { failure_reason, metadata } = said
  const error = text(metadata?.error) ?? text(member(metadata?.error, 'reason'))
  const causes = [failure_reason, metadata?.body?.CallStatus, metadata?.termination_reason, error]
  const told = causes.filter((cause) => cause !== undefined && cause !== 'unknown')
  const why = [...new Set(told)].join('; ')
  return [
    {
      type: 'ended',
      status: failureFrom(why),
      ...(/concurren|system_busy/i.test(why) ? { code: 'provider_capacity' as const } : {}),
      ...(why === '' ? {} : { reason: `${title}: ${withoutNumbers(why)?.slice(0, 300)}.` }),
      ...endOf(said, now),
    },
  ]
}

const failureFrom = (why: string) => {
  if (/no[-_ ]?answer/i.test(why)) return 'no_answer'
  if (/\bbusy\b/i.test(why)) return 'busy'
  return /\bcancell?ed\b/i.test(why) ? 'canceled' : 'failed'
}

/** What any end tells. A conversation's `cost` is in credits, not in money, and its recording takes the key: neither is kept. */
const endOf = ({ metadata, analysis, transcript }: Conversation, now: number) => {
  const { start_time_unix_secs: start, call_duration_secs: duration } = metadata ?? {}
  const isTimed = start !== undefined && duration !== undefined
  const lines = transcript?.flatMap((one) =>
    one
      ? [{ role: one.role === 'agent' ? ('agent' as const) : ('human' as const), content: one.message }]
      : [],
  )
  return {
    at: isTimed ? Math.round((start + duration) * 1000) : now,
    ...(duration === undefined ? {} : { durationSeconds: Math.round(duration) }),
    details: { summary: analysis?.transcript_summary ?? null, transcript: lines ?? null },
  }
}
