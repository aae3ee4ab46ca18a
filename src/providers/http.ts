import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { type CallEvent, type CallOrder, finalStatuses, sentiments } from '../calls/call.ts'
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
import { isFresh, isSame } from './signature.ts'
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

const title = 'Your own dialler'
/** As the Standard Webhooks libraries have it. */
const toleranceMs = 5 * 60_000

/**
 * The user's own dialler. We POST signed JSON to its base URL, it reports progress to our hook, both by Standard Webhooks
 * 1.0.0 with one shared secret. Told apart by `type`: `call.place`, `call.ask`, `call.end`, `check`.
 */
export const http: ProviderKind = {
  name: 'http',
  title,
  credentials: [
    {
      name: 'hook_secret',
      required: true,
      pattern: /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/,
      description: 'Signs both directions: whsec_ and the base64 of 24 to 64 random bytes',
      make: () => `whsec_${Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64')}`,
    },
  ],
  refMeaning: { text: 'Anything; your dialler gets it as agent_ref', required: false },
  fromMeaning: { text: 'The number to call from', required: false },
  needsBaseUrl: true,
  connect: (account, surroundings) => new HttpProvider(account, surroundings),
}

const status = z.enum(['ringing', 'in_progress', ...finalStatuses])

/** How a dialler says how a call stands: what it answers to `call.ask`, and what it reports. */
const progress = z.object({
  call_id: z.string(),
  status,
  at: z.iso.datetime({ offset: true }).optional(),
  reason: z.string().max(500).optional(),
  duration_seconds: z.int().min(0).optional(),
  summary: z.string().optional(),
  sentiment: z.enum(sentiments).optional(),
  transcript: z.array(z.object({ role: z.enum(['agent', 'human']), content: z.string() })).optional(),
  recording_url: z.url().optional(),
  cost_cents: z.int().min(0).optional(),
})

class HttpProvider implements Provider {
  readonly #account: Account
  readonly #surroundings: Surroundings
  readonly #webhook: Webhook

  constructor(account: Account, surroundings: Surroundings) {
    this.#account = account
    this.#surroundings = surroundings
    this.#webhook = new Webhook(account.credentials.hook_secret ?? '')
  }

  async place(order: CallOrder): Promise<Placement> {
    const result = await this.#send('call.place', {
      call_id: order.id,
      phone_number: order.phoneNumber,
      agent_ref: order.agentRef,
      from: order.fromNumber,
      name: order.name,
      email: order.email,
      metadata: order.metadata,
      report_to: this.#account.hookUrl,
    })
    return placementFrom(title, result, {
      idIn: (json) => text(member(json, 'id')),
      complaintIn: (json) => text(member(json, 'error')),
      isCapacity: (code) => code === 429,
    })
  }

  async ask({ id, providerCallId }: CallReference): Promise<Report> {
    const result = await this.#send('call.ask', { call_id: id, id: providerCallId })
    if (result.kind !== 'answered') return { known: 'unclear', reason: result.reason }
    if (result.status === 404) return { known: 'no' }
    const theirs = providerCallId ?? text(member(result.json, 'id'))
    const known = progress.safeParse({ call_id: id, ...(result.json as object) })
    if (!isSuccess(result.status) || !known.success || theirs === undefined)
      return { known: 'unclear', reason: `it answered ${result.status}` }
    return {
      known: 'yes',
      providerCallId: theirs,
      events: eventsOf(known.data, this.#surroundings.clock.now()),
    }
  }

  async end({ id, providerCallId }: CallReference) {
    const result = await this.#send('call.end', { call_id: id, id: providerCallId })
    const gone = result.kind === 'answered' && (isSuccess(result.status) || result.status === 404)
    if (!gone) throw new Error(result.kind === 'answered' ? `it answered ${result.status}` : result.reason)
  }

  async check() {
    return checkFrom(title, await this.#send('check', {}))
  }

  read({ headers, body }: IncomingRequest, now: number): Reading {
    const id = headers.get('webhook-id') ?? ''
    const sentAt = Number(headers.get('webhook-timestamp') ?? Number.NaN) * 1000
    if (!Number.isFinite(sentAt)) return { kind: 'forged' }
    const expected = this.#webhook.sign(id, new Date(sentAt), Buffer.from(body))
    const signatures = (headers.get('webhook-signature') ?? '').split(' ')
    if (!signatures.some((signature) => isSame(signature, expected))) return { kind: 'forged' }
    if (!isFresh(sentAt, now, toleranceMs)) return { kind: 'stale' }
    const payload = parseJson(body)
    const known = progress.safeParse(payload)
    if (!known.success) return { kind: 'news', news: [] }
    const events = eventsOf(known.data, now)
    return {
      kind: 'news',
      news: events.map((event) => ({ callId: known.data.call_id, providerCallId: null, event })),
    }
  }

  #send(type: string, data: object): Promise<WireResult> {
    const id = `msg_${crypto.randomUUID()}`
    const sentAt = new Date(this.#surroundings.clock.now())
    const body = JSON.stringify({ type, ...data })
    return send(this.#account.baseUrl ?? '', {
      method: 'POST',
      timeoutMs: this.#surroundings.timeoutMs,
      headers: {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
        'webhook-signature': this.#webhook.sign(id, sentAt, body),
      },
      body,
    })
  }
}

const eventsOf = (said: z.infer<typeof progress>, now: number): CallEvent[] => {
  const at = said.at === undefined ? now : Date.parse(said.at)
  if (said.status === 'ringing') return [{ type: 'ringing', at }]
  if (said.status === 'in_progress') return [{ type: 'answered', at }]
  return [
    {
      type: 'ended',
      at,
      status: said.status,
      ...(said.reason === undefined ? {} : { reason: said.reason }),
      ...(said.duration_seconds === undefined ? {} : { durationSeconds: said.duration_seconds }),
      details: {
        summary: said.summary ?? null,
        sentiment: said.sentiment ?? null,
        transcript: said.transcript ?? null,
        recordingUrl: said.recording_url ?? null,
        costCents: said.cost_cents ?? null,
      },
    },
  ]
}
