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
import { hmac, isSame } from './signature.ts'
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

const title = 'Bland'
/** Bland: send call. Its own default for `max_duration`; ours never makes a call longer. */
const longestMinutes = 30

/**
 * Pathways at Bland. It reports once, after the call, to the hook that each order names, and says nothing of the start.
 * It cannot look for a call by our id: one whose order was not answered is found again by that report alone.
 */
export const bland: ProviderKind = {
  name: 'bland',
  title,
  credentials: [
    {
      name: 'api_key',
      required: true,
      pattern: /^[\x21-\x7e]+$/,
      description: 'API key, from your Bland account settings',
    },
    {
      name: 'hook_secret',
      required: true,
      description: 'What Bland signs its reports with: Account Settings, Keys, Replace Secret',
    },
  ],
  refMeaning: { text: 'The pathway id', required: true },
  fromMeaning: { text: 'The number to call from; one of Bland’s when left out', required: false },
  needsBaseUrl: false,
  connect: (account, surroundings) => new BlandProvider(account, surroundings),
}

const lenient = <Shape extends z.ZodType>(shape: Shape) => shape.optional().catch(undefined)
const string = lenient(z.string())
const amount = lenient(
  z.union([
    z.number().min(0),
    z
      .string()
      .regex(/^\d+(\.\d+)?$/)
      .transform(Number),
  ]),
)
const time = lenient(z.iso.datetime({ offset: true }).transform((written) => Date.parse(written)))

/** Bland: call details; its post-call webhook has about the same. */
const theirCall = z.object({
  call_id: string,
  c_id: string,
  completed: lenient(z.boolean()),
  status: string,
  queue_status: string,
  error_message: string,
  answered_by: string,
  started_at: time,
  corrected_duration: amount,
  call_length: amount,
  price: amount,
  metadata: lenient(z.object({ call_id: string })),
  summary: string,
  analysis: lenient(z.object({ sentiment: lenient(z.enum(sentiments)) })),
  transcripts: lenient(z.array(z.unknown())),
  recording_url: lenient(z.url({ protocol: /^https?$/ })),
})
type TheirCall = z.infer<typeof theirCall>

class BlandProvider implements Provider {
  readonly #surroundings: Surroundings
  readonly #baseUrl: string
  readonly #hookUrl: string
  readonly #apiKey: string
  readonly #hookSecret: string

  constructor({ baseUrl, credentials, hookUrl }: Account, surroundings: Surroundings) {
    const { api_key: apiKey, hook_secret: hookSecret } = credentials
    if (!apiKey || !hookSecret) throw new Error('it needs an api_key and a hook_secret')
    this.#surroundings = surroundings
    this.#baseUrl = baseUrl ?? 'https://api.bland.ai'
    this.#hookUrl = hookUrl
    this.#apiKey = apiKey
    this.#hookSecret = hookSecret
  }

  async place(order: CallOrder): Promise<Placement> {
    const { clock } = this.#surroundings
    const result = await this.#send('', orderFor(order, this.#hookUrl, clock.now()))
    const wentWell = result.kind === 'answered' && isSuccess(result.status)
    return placementFrom(title, result, {
      idIn: (json) => idOf(read(json)),
      complaintIn: (json) => this.#masked(complaintIn(json, wentWell)),
      isCapacity: (status, complaint) => status === 429 || isCapacity(complaint),
    })
  }

  async ask({ providerCallId }: CallReference): Promise<Report> {
    if (providerCallId === null)
      return { known: 'unclear', reason: 'it can only be asked by its own id, which never came' }
    const result = await this.#send(`/${encodeURIComponent(providerCallId)}`)
    if (result.kind !== 'answered') return { known: 'unclear', reason: result.reason }
    if (result.status === 404) return { known: 'no' }
    const said = read(result.json)
    if (!isSuccess(result.status) || idOf(said) === undefined)
      return { known: 'unclear', reason: `it answered ${result.status}` }
    return { known: 'yes', providerCallId, events: this.#eventsOf(said, this.#surroundings.clock.now()) }
  }

  /** Bland: stop call. It also refuses for calls that are over, and says so no more clearly than otherwise. */
  async end(call: CallReference) {
    if (call.providerCallId === null)
      throw new Error(`${title} has not given the call an id, and hangs up by that alone.`)
    const result = await this.#send(`/${encodeURIComponent(call.providerCallId)}/stop`, {})
    const answered = result.kind === 'answered'
    if (answered && isSuccess(result.status) && complaintIn(result.json, true) === undefined) return
    const report = await this.ask(call)
    if (
      report.known === 'no' ||
      (report.known === 'yes' && report.events.some(({ type }) => type === 'ended'))
    )
      return
    const said = answered
      ? (this.#masked(complaintIn(result.json, false)) ?? `it answered ${result.status}`)
      : result.reason
    throw new Error(`${title} did not hang up: ${said}`)
  }

  async check() {
    return checkFrom(title, await this.#send('/active'))
  }

  /** Bland: webhook signing. It covers no time: what is replayed changes nothing, because an end is final. */
  read({ headers, body }: IncomingRequest, now: number): Reading {
    const expected = hmac('sha256', this.#hookSecret, 'hex', body)
    if (!isSame(headers.get('x-webhook-signature') ?? '', expected)) return { kind: 'forged' }
    const said = read(parseJson(body))
    const [callId, providerCallId] = [text(said.metadata?.call_id) ?? null, idOf(said) ?? null]
    if (callId === null && providerCallId === null) return { kind: 'news', news: [] }
    const news: News[] = this.#eventsOf(said, now).map((event) => ({ callId, providerCallId, event }))
    return { kind: 'news', news }
  }

  #eventsOf(said: TheirCall, now: number): CallEvent[] {
    const { started_at: startedAt } = said
    const answered: CallEvent[] = startedAt === undefined ? [] : [{ type: 'answered', at: startedAt }]
    if (!isOver(said)) {
      const dials = said.queue_status === 'started' && startedAt === undefined
      return dials ? [{ type: 'ringing', at: now }] : answered
    }
    const status = outcomeOf(said)
    const seconds = status === 'completed' ? secondsOf(said, now) : undefined
    const reason = this.#reasonOf(said, status)
    const ended: CallEvent = {
      type: 'ended',
      at: startedAt !== undefined && seconds !== undefined ? startedAt + seconds * 1000 : now,
      status,
      ...(status === 'failed' && isCapacity(said.error_message) ? { code: 'provider_capacity' } : {}),
      ...(reason === undefined ? {} : { reason }),
      ...(seconds === undefined ? {} : { durationSeconds: Math.round(seconds) }),
      details: detailsOf(said),
    }
    return status === 'completed' ? [...answered, ended] : [ended]
  }

  #reasonOf({ answered_by, error_message, queue_status, status }: TheirCall, outcome: FinalStatus) {
    if (outcome === 'completed')
      return answered_by === 'voicemail' ? `${title}: answered by voicemail.` : undefined
    const words = this.#masked(text(error_message)) ?? text(status) ?? text(queue_status)
    return words === undefined ? undefined : `${title}: ${words.slice(0, 300)}`
  }

  /** Foreign words may repeat what was sent: neither the key nor a phone number goes on from there. */
  #masked(words: string | undefined) {
    return words?.replaceAll(this.#apiKey, '…').replaceAll(/\+?\d[\d\s().-]{5,}\d/g, '…')
  }

  /** The key goes as it is: Bland knows no `Bearer`. */
  #send(path: string, body?: object): Promise<WireResult> {
    return send(`${this.#baseUrl}/v1/calls${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: this.#apiKey },
      ...(body ? { body } : {}),
      timeoutMs: this.#surroundings.timeoutMs,
    })
  }
}

/** Bland: send call. `request_data` takes any JSON; null is left out. A call ends before the lease that it holds. */
const orderFor = (order: CallOrder, webhook: string, now: number) => {
  const { id, agentRef, fromNumber, phoneNumber, name, email, metadata, expiresAt } = order
  const leaseMinutes = Math.floor((expiresAt - now) / 60_000)
  return {
    phone_number: phoneNumber,
    ...(agentRef === null ? {} : { pathway_id: agentRef }),
    ...(fromNumber === null ? {} : { from: fromNumber }),
    request_data: { ...given(metadata ?? {}), ...given({ name, email }), call_id: id },
    metadata: { call_id: id },
    webhook,
    max_duration: Math.max(1, Math.min(longestMinutes, leaseMinutes)),
  }
}

const given = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))

/** A call as Bland tells it, in its newer envelope or without; of anything else, a call that says nothing. */
const read = (json: unknown): TheirCall => theirCall.catch({}).parse(member(json, 'data') ?? json)

const idOf = ({ call_id, c_id }: TheirCall) => text(call_id) ?? text(c_id)

/** Bland complains in two ways, `{status, message, errors}` (recalled) and `{data, errors}`, also under 200. */
const complaintIn = (json: unknown, wentWell: boolean) => {
  const errors = member(json, 'errors')
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  const detail = text(first) ?? text(member(first, 'message')) ?? text(member(first, 'error'))
  const isError = !wentWell || member(json, 'status') === 'error'
  return isError ? (text(member(json, 'message')) ?? detail ?? text(member(json, 'status'))) : detail
}

const isCapacity = (words = '') => /concurren|capacity|rate.?limit|daily.*limit/i.test(words)

type FinalStatus = Extract<CallEvent, { type: 'ended' }>['status']

const finals = new Map<string, FinalStatus>([
  ['completed', 'completed'],
  ['failed', 'failed'],
  ['busy', 'busy'],
  ['no-answer', 'no_answer'],
  ['canceled', 'canceled'],
])

const isOver = ({ completed, queue_status = '', status = '' }: TheirCall) =>
  completed === true || finals.has(status) || /^completed?$|_error$/.test(queue_status)

/** `completed` only says that a call is over. `complete_error` may be a talk whose report could not be delivered. */
const outcomeOf = (said: TheirCall): FinalStatus => {
  const named = finals.get(said.status ?? '')
  if (named !== undefined && named !== 'completed') return named
  if (said.answered_by === 'no-answer') return 'no_answer'
  if (named === 'completed') return named
  const neverRang = /^(pre_queue|queue|call)_error$/.test(said.queue_status ?? '')
  const neverTalked = said.started_at === undefined && text(said.error_message) !== undefined
  return neverRang || neverTalked ? 'failed' : 'completed'
}

/** `call_length` is in minutes by the page, in seconds by other words of Bland: no talk is longer than it can be. */
const secondsOf = ({ call_length, corrected_duration, started_at }: TheirCall, now: number) => {
  if (corrected_duration !== undefined || call_length === undefined) return corrected_duration
  const most = started_at === undefined ? Infinity : (now - started_at) / 1000 + 5
  return call_length * 60 <= most ? call_length * 60 : call_length
}

const detailsOf = (said: TheirCall) => {
  const transcript = said.transcripts?.flatMap(spokenIn)
  return {
    summary: said.summary ?? null,
    sentiment: said.analysis?.sentiment ?? null,
    transcript: transcript?.length ? transcript : null,
    recordingUrl: said.recording_url ?? null,
    costCents: said.price === undefined ? null : Math.round(said.price * 100),
  }
}

/** What was said; an `agent-action` is not. */
const spokenIn = (line: unknown): TranscriptLine[] => {
  const [user, content] = [text(member(line, 'user')) ?? '', text(member(line, 'text'))]
  if (content === undefined || !['user', 'assistant', 'robot', 'agent'].includes(user)) return []
  return [{ role: user === 'user' ? 'human' : 'agent', content }]
}
