import { z } from 'zod'
import { type CallEvent, type CallOrder, sentiments, type TranscriptLine } from '../calls/call.ts'
import type {
  Account,
  CallReference,
  IncomingRequest,
  News,
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
  send,
  text,
  type WireResult,
} from './wire.ts'

const title = 'Vapi'
/** Vapi names none for its HMAC plan: as the Standard Webhooks libraries have it. */
const toleranceMs = 5 * 60_000
/** Vapi: create call. A longer name of the call, or name or email of the customer, is answered with 400. */
const labelLimit = 40
/** Vapi: list calls, its default. Whole calls come back, so that a longer page would be too large to read. */
const pageLimit = 100
/** How far Vapi's clock may be behind ours when a call is looked for by its time. */
const skewMs = 60_000
/** A call that is not listed by then never reached Vapi. */
const listedWithinMs = 60_000

/**
 * Assistants at Vapi. Reports come from the assistant's own server URL, which the user sets to this account's hook: an
 * order could name another, but Vapi then leaves out the secret (2nd-hand), and nothing would be believed.
 */
export const vapi: ProviderKind = {
  name: 'vapi',
  title,
  credentials: [
    {
      name: 'api_key',
      required: true,
      pattern: /^[\x21-\x7e]+$/,
      description: 'Private key, from the API keys of your Vapi organization',
    },
    {
      name: 'hook_secret',
      required: true,
      description:
        'What Vapi proves its reports with: the value of the credential that your assistant’s server URL uses, as X-Vapi-Secret, bearer token or HMAC secret',
    },
  ],
  refMeaning: { text: 'The assistant id; its server URL should be this account’s hook', required: true },
  fromMeaning: { text: 'The id of the phone number to call from, as Vapi has it', required: true },
  needsBaseUrl: false,
  connect: (account, surroundings) => new VapiProvider(account, surroundings),
}

/** Seconds or milliseconds: Vapi does not say which. No time in question is as small in milliseconds. */
const toMs = (time: number) => (time < 1e11 ? time * 1000 : time)

const lenient = <Shape extends z.ZodType>(shape: Shape) => shape.optional().catch(undefined)
const part = <Shape extends z.ZodRawShape>(shape: Shape) => lenient(z.object(shape))
const string = lenient(z.string())
const url = lenient(z.url({ protocol: /^https?$/ }))
const time = lenient(
  z.union([
    z.iso.datetime({ offset: true }).transform((written) => Date.parse(written)),
    z.number().transform(toMs),
  ]),
)

/** Vapi: get call, and server messages, which say the same beside the call. Roles are recalled. */
const theirCall = z.object({
  id: string,
  status: string,
  endedReason: string,
  timestamp: time,
  startedAt: time,
  endedAt: time,
  cost: lenient(z.number().min(0)),
  customer: part({ externalId: string }),
  assistantOverrides: part({ metadata: part({ call_id: string }) }),
  artifact: part({
    messages: lenient(z.array(z.unknown())),
    recordingUrl: url,
    recording: part({ stereoUrl: url, mono: part({ combinedUrl: url }) }),
  }),
  analysis: part({ summary: string, structuredData: part({ sentiment: lenient(z.enum(sentiments)) }) }),
  monitor: part({ controlUrl: string }),
})
type TheirCall = z.infer<typeof theirCall>
type Found = { known: 'yes'; call: TheirCall } | Exclude<Report, { known: 'yes' }>

class VapiProvider implements Provider {
  readonly #surroundings: Surroundings
  readonly #baseUrl: string
  readonly #apiKey: string
  readonly #hookSecret: string

  constructor({ baseUrl, credentials }: Account, surroundings: Surroundings) {
    const { api_key: apiKey, hook_secret: hookSecret } = credentials
    if (!apiKey || !hookSecret) throw new Error('it needs an api_key and a hook_secret')
    this.#surroundings = surroundings
    this.#baseUrl = baseUrl ?? 'https://api.vapi.ai'
    this.#apiKey = apiKey
    this.#hookSecret = hookSecret
  }

  async place(order: CallOrder): Promise<Placement> {
    const result = await this.#send('/call', orderFor(order))
    const placement = placementFrom(title, result, {
      idIn: (json) => text(member(json, 'id')),
      complaintIn: (json) => (isBlocked(json) ? 'concurrency limit reached' : this.#complaintIn(json)),
      isCapacity: (status, complaint) => status === 429 || /concurren|daily.*limit/i.test(complaint),
    })
    const made = result.kind === 'answered' ? text(member(result.json, 'id')) : undefined
    if (placement.outcome !== 'refused' || made === undefined) return placement
    // Vapi may keep a blocked call for when a slot is free: it must not ring after ours is given back.
    return this.end({ ...order, providerCallId: made }).then(
      () => placement,
      () => ({ outcome: 'placed', providerCallId: made }),
    )
  }

  async ask(call: CallReference): Promise<Report> {
    const found = await this.#find(call)
    if (found.known !== 'yes') return found
    const { id, status } = found.call
    if (status === 'not-found') return { known: 'no' }
    if (id === undefined) return { known: 'unclear', reason: 'it answered with something else than a call' }
    return { known: 'yes', providerCallId: id, events: eventsOf(found.call, this.#surroundings.clock.now()) }
  }

  /** Vapi: live call control. Only the call itself says where; `DELETE /call/{id}` erases data and hangs up nothing. */
  async end(call: CallReference) {
    const found = await this.#find(call)
    if (found.known === 'unclear') throw new Error(`${title} could not be asked: ${found.reason}`)
    if (found.known === 'no' || isGone(found.call)) return
    const controlUrl = found.call.monitor?.controlUrl ?? ''
    if (!this.#isTrusted(controlUrl))
      throw new Error(`${title} gave no address to hang up at: the assistant may forbid call control.`)
    const { timeoutMs } = this.#surroundings
    const order = { method: 'POST', headers: {}, body: { type: 'end-call' }, timeoutMs } as const
    const result = await send(controlUrl, order)
    if (result.kind === 'answered' && isSuccess(result.status)) return
    const then = await this.#find(call)
    if (then.known === 'no' || (then.known === 'yes' && isGone(then.call))) return
    const said = result.kind === 'answered' ? `it answered ${result.status}` : result.reason
    throw new Error(`${title} did not hang up: ${said}.`)
  }

  async check() {
    return checkFrom(title, await this.#send('/call?limit=1'))
  }

  /** Vapi: server authentication. One secret, shown as X-Vapi-Secret or bearer token, or signed with by the HMAC plan. */
  read({ headers, body }: IncomingRequest, now: number): Reading {
    const shown = [headers.get('x-vapi-secret'), headers.get('authorization')?.replace(/^Bearer /i, '')]
    if (!shown.some((secret) => isSame(secret ?? '', this.#hookSecret))) {
      const signedAt = headers.get('x-timestamp') ?? ''
      const expected = hmac('sha256', this.#hookSecret, 'hex', `${signedAt}.`, body)
      const given = (headers.get('x-signature') ?? '').replace(/^sha256=/, '')
      if (!/^\d{1,15}$/.test(signedAt) || !isSame(given, expected)) return { kind: 'forged' }
      if (!isFresh(toMs(Number(signedAt)), now, toleranceMs)) return { kind: 'stale' }
    }
    return { kind: 'news', news: newsIn(parseJson(body), now) }
  }

  /** By Vapi's id; before there is one, by ours in a list of what was made since. */
  async #find({ id, providerCallId, createdAt }: CallReference): Promise<Found> {
    const since = new Date(createdAt - skewMs).toISOString()
    const list = `/call?${new URLSearchParams({ createdAtGe: since, limit: String(pageLimit) })}`
    const isListed = providerCallId === null
    const result = await this.#send(isListed ? list : `/call/${encodeURIComponent(providerCallId)}`)
    if (result.kind !== 'answered') return { known: 'unclear', reason: result.reason }
    const { status, json } = result
    if (status === 404 && !isListed) return { known: 'no' }
    const calls = z.array(theirCall).safeParse(isListed ? json : [json])
    if (!isSuccess(status) || !calls.success) return { known: 'unclear', reason: `it answered ${status}` }
    const call = calls.data.find((one) => !isListed || ourIdIn(one) === id)
    if (call) return { known: 'yes', call }
    const settled = this.#surroundings.clock.now() - createdAt >= listedWithinMs
    return settled && calls.data.length < pageLimit
      ? { known: 'no' }
      : { known: 'unclear', reason: 'it does not list the call' }
  }

  /** The key never goes there, so that any https address will do; plain http only where the account itself has it. */
  #isTrusted(address: string) {
    if (!URL.canParse(address)) return false
    const { protocol, origin } = new URL(address)
    return protocol === 'https:' || origin === new URL(this.#baseUrl).origin
  }

  /** Vapi's errors are NestJS's (recalled): `message` is a text or several. They may repeat what was sent. */
  #complaintIn(json: unknown) {
    const message = member(json, 'message')
    const words = Array.isArray(message) ? message.filter((one) => text(one)).join('; ') : text(message)
    return (words ?? text(member(json, 'error')))
      ?.replaceAll(this.#apiKey, '…')
      .replaceAll(/\+?\d[\d\s().-]{5,}\d/g, '…')
  }

  #send(path: string, body?: object): Promise<WireResult> {
    return send(`${this.#baseUrl}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${this.#apiKey}` },
      ...(body ? { body } : {}),
      timeoutMs: this.#surroundings.timeoutMs,
    })
  }
}

/** Vapi: create call. Variables may be of any JSON type (LiquidJS reads into them); null is left out. */
const orderFor = ({ id, agentRef, fromNumber, phoneNumber, name, email, metadata }: CallOrder) => ({
  ...(agentRef === null ? {} : { assistantId: agentRef }),
  ...(fromNumber === null ? {} : { phoneNumberId: fromNumber }),
  name: id,
  customer: {
    number: phoneNumber,
    ...(name === null ? {} : { name: name.slice(0, labelLimit).toWellFormed() }),
    ...(email === null || email.length > labelLimit ? {} : { email }),
    externalId: id,
  },
  assistantOverrides: {
    variableValues: { ...given(metadata ?? {}), ...given({ name, email }), call_id: id },
    metadata: { call_id: id },
  },
})

const given = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))

const isBlocked = (json: unknown) =>
  member(member(json, 'subscriptionLimits'), 'concurrencyBlocked') === true ||
  /concurrency/.test(text(member(json, 'endedReason')) ?? '')

const isGone = ({ status, endedAt }: TheirCall) =>
  status === 'ended' || status === 'not-found' || endedAt !== undefined

const ourIdIn = ({ assistantOverrides, customer }: TheirCall) =>
  text(assistantOverrides?.metadata?.call_id) ?? text(customer?.externalId)

const newsIn = (payload: unknown, now: number): News[] => {
  const message = member(payload, 'message')
  const type = member(message, 'type')
  if (type !== 'status-update' && type !== 'end-of-call-report') return []
  const said = theirCall.parse({
    ...(member(message, 'call') as object | undefined),
    ...(message as object),
    id: member(member(message, 'call'), 'id'),
    ...(type === 'end-of-call-report' ? { status: 'ended' } : {}),
  })
  const [callId, providerCallId] = [ourIdIn(said) ?? null, text(said.id) ?? null]
  if (callId === null && providerCallId === null) return []
  return eventsOf(said, now).map((event) => ({ callId, providerCallId, event }))
}

/** `forwarding`: handed to a person, its end still comes. `deletion-failed`: its data, which goes after its end. */
const eventsOf = (said: TheirCall, now: number): CallEvent[] => {
  switch (said.status) {
    case 'ringing':
      return [{ type: 'ringing', at: said.timestamp ?? now }]
    case 'in-progress':
    case 'forwarding':
      return [{ type: 'answered', at: said.timestamp ?? said.startedAt ?? now }]
    case 'ended':
      return endOf(said, now)
    case 'deletion-failed':
      return said.endedAt === undefined ? [] : endOf(said, now)
    default:
      return []
  }
}

const endOf = (said: TheirCall, now: number): CallEvent[] => {
  const { startedAt, endedReason = '' } = said
  const at = said.endedAt ?? said.timestamp ?? now
  const outcome = outcomeOf(endedReason)
  const talk = outcome.status === 'completed' && startedAt !== undefined && startedAt <= at
  return [
    ...(talk ? [{ type: 'answered' as const, at: startedAt }] : []),
    {
      type: 'ended',
      at,
      ...outcome,
      ...(/^[\w.-]{1,100}$/.test(endedReason) ? { reason: `${title}: ${endedReason}.` } : {}),
      ...(talk && said.endedAt ? { durationSeconds: Math.round((at - startedAt) / 1000) } : {}),
      details: detailsOf(said),
    },
  ]
}

type Outcome = Pick<Extract<CallEvent, { type: 'ended' }>, 'status' | 'code'>

/** Vapi: call ended reason. Of some 600 the rest is failures that say so, and the ways in which a talk ends. */
const outcomes: [RegExp, Outcome][] = [
  [/^customer-busy$/, { status: 'busy' }],
  [/^customer-did-not-answer$|sip-(408|480)-/, { status: 'no_answer' }],
  [/^(manually-canceled|call-deleted|scheduled-call-deleted)$/, { status: 'canceled' }],
  [/concurrency-limit|daily-limit/, { status: 'failed', code: 'provider_capacity' }],
  [/^call[.-]start[.-].*error/, { status: 'failed', code: 'provider_refused' }],
  [
    /error|fail|fault|not-(found|valid)|shutdown|reject|misdialed|unallocated|released|disconnected|did-not|no-call|join-timed|request-returned/,
    { status: 'failed' },
  ],
]

const outcomeOf = (endedReason: string): Outcome =>
  outcomes.find(([pattern]) => pattern.test(endedReason))?.[1] ?? { status: 'completed' }

const detailsOf = ({ analysis, artifact, cost }: TheirCall) => {
  const { messages, recording, recordingUrl } = artifact ?? {}
  const transcript = messages?.flatMap(spokenIn)
  return {
    summary: analysis?.summary ?? null,
    sentiment: analysis?.structuredData?.sentiment ?? null,
    transcript: transcript?.length ? transcript : null,
    recordingUrl: recordingUrl ?? recording?.mono?.combinedUrl ?? recording?.stereoUrl ?? null,
    costCents: cost === undefined ? null : Math.round(cost * 100),
  }
}

/** What was said; the system's prompt and the tools' calls are not. */
const spokenIn = (message: unknown): TranscriptLine[] => {
  const content = text(member(message, 'message')) ?? text(member(message, 'content'))
  const role = text(member(message, 'role')) ?? ''
  if (content === undefined || !['bot', 'assistant', 'user'].includes(role)) return []
  return [{ role: role === 'user' ? 'human' : 'agent', content }]
}
