import { z } from 'zod'
import { type CallEvent, type CallOrder, finalStatuses } from '../calls/call.ts'
import { answeredBy } from '../calls/call-details.ts'
import { jsonObject } from '../calls/record.ts'
import { anyText } from './agent-field.ts'
import { checkFrom, isSuccess, placementFrom, reportFrom } from './answers.ts'
import { ended, talk } from './ended.ts'
import { idText, isoTime, maybe, member, sentiment, text, transcript, webAddress, words } from './parse.ts'
import type { ProviderKind } from '../calls/provider.ts'
import { hmac, isFresh, isSame } from './signature.ts'
import { requestJson, parseJson } from './wire.ts'
import { mintWebhookSecret, signedHeaders } from '../webhooks/secret.ts'

const title = 'Your own dialler'
/** The tolerance of the Standard Webhooks libraries. */
const toleranceMs = 5 * 60_000

/**
 * The user's own dialler. We POST signed JSON to its base URL, and it reports to our hook, both by Standard Webhooks
 * 1.0.0 with one shared secret. `type` is `call.place`, `call.status`, `call.end` or `check`.
 */
export const http: ProviderKind = {
  name: 'http',
  title,
  credentials: [
    {
      name: 'hook_secret',
      label: 'Signing secret',
      provesReports: true,
      required: true,
      form: {
        pattern: /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/,
        words: 'it must be whsec_ and the base64 of 24 to 64 bytes',
      },
      description: 'Signs requests in both directions: whsec_ and the base64 of 24 to 64 random bytes.',
      find: { where: 'You choose it. Give your dialler the same one.' },
      make: mintWebhookSecret,
    },
  ],
  agent: {
    ref: {
      label: 'agent reference',
      required: false,
      form: anyText,
      example: 'sales',
      hint: 'Sent to your dialler as agent_ref.',
    },
    from: {
      label: 'number to call from',
      required: false,
      form: anyText,
      example: '+15550001111',
      hint: 'Sent to your dialler as from.',
    },
  },
  options: [],
  // A dialler sends details with the end event or in a later report, so none are requested.
  capabilities: { details: [], lookupByCallId: true },
  hookAdvice: 'You don’t need to paste it: callgate sends it to your dialler with every call, as report_to.',
  recordings: 'Your own dialler keeps a recording if it reported a recording_url.',
  needsBaseUrl: true,
  connect: (account, deps) => dialThrough(account, deps),
}

/**
 * The state of a call, in the response to `call.status` and in reports. Invalid optional fields are dropped, so that an
 * end is never missed.
 */
const progress = z.object({
  call_id: z.string(),
  status: z.enum(['ringing', 'in_progress', ...finalStatuses]),
  at: isoTime,
  reason: words,
  reason_code: maybe(z.enum(['voicemail', 'transferred'])),
  answered_by: maybe(z.enum(answeredBy)),
  answered_at: isoTime,
  from: words,
  duration_seconds: maybe(z.int().min(0)),
  opt_out: maybe(z.boolean()),
  summary: words,
  sentiment,
  transcript: transcript('role', 'content'),
  recording_url: webAddress,
  analysis: maybe(jsonObject()),
  cost_cents: maybe(z.int().min(0)),
  currency: maybe(z.string().regex(/^[A-Z]{3}$/)),
})

const dialThrough: ProviderKind['connect'] = (
  { baseUrl, credentials, hookUrl },
  { clock, timeoutMs, send },
) => {
  const { hook_secret: secret = '' } = credentials
  const hookKey = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const request = (type: string, data: object) => {
    const id = `msg_${crypto.randomUUID()}`
    const body = JSON.stringify({ type, ...data })
    const headers = {
      'content-type': 'application/json',
      ...signedHeaders([secret], id, clock.now(), body),
    }
    return requestJson(send, baseUrl ?? '', { method: 'POST', timeoutMs, headers, body })
  }

  return {
    async place(order) {
      return placementFrom(title, await request('call.place', orderFor(order, hookUrl)), {
        idIn: (json) => idText(member(json, 'id')),
        complaintIn: (json) => text(member(json, 'error')),
        isCapacity: (status) => status === 429,
        denialIn: (json) => (text(member(json, 'error')) === undefined ? undefined : 'not placed'),
      })
    },

    async fetchStatus({ id, providerCallId }) {
      return reportFrom(await request('call.status', { call_id: id, id: providerCallId }), (json) => {
        const theirs = providerCallId ?? idText(member(json, 'id'))
        const said = progress.safeParse({ call_id: id, ...(json as object) }).data
        return said && theirs !== undefined
          ? { providerCallId: theirs, events: eventsOf(said, clock.now()) }
          : undefined
      })
    },

    async end({ id, providerCallId }) {
      const result = await request('call.end', { call_id: id, id: providerCallId })
      const gone = result.kind === 'answered' && (isSuccess(result.status) || result.status === 404)
      if (!gone)
        throw new Error(result.kind === 'answered' ? `it responded with ${result.status}` : result.reason)
    },

    async recording({ recordingRef }) {
      return recordingRef === null
        ? { outcome: 'none' }
        : { outcome: 'found', url: recordingRef, credentials: {} }
    },

    async check() {
      return checkFrom(title, await request('check', {}), (json) => member(json, 'ok') === true)
    },

    verifyEvents({ headers, body }, now) {
      const id = headers.get('webhook-id') ?? ''
      const seconds = headers.get('webhook-timestamp') ?? ''
      if (!/^\d{1,12}$/.test(seconds)) return { kind: 'invalid_signature' }
      const sentAt = Number(seconds) * 1000
      // The package's own takes 30 ms for a report of 4 MB.
      const expected = `v1,${hmac('sha256', hookKey, 'base64', `${id}.${sentAt / 1000}.`, body)}`
      const signatures = (headers.get('webhook-signature') ?? '').split(' ')
      if (!signatures.some((signature) => isSame(signature, expected))) return { kind: 'invalid_signature' }
      if (!isFresh(sentAt, now, toleranceMs)) return { kind: 'expired' }
      const said = progress.safeParse(parseJson(body)).data
      const events = said ? eventsOf(said, now) : []
      const names = { callId: said?.call_id ?? null, providerCallId: null }
      return { kind: 'events', events: events.map((event) => ({ ...names, event })) }
    },
  }
}

const orderFor = (order: CallOrder, hookUrl: string) => ({
  call_id: order.id,
  phone_number: order.phoneNumber,
  agent_ref: order.agentRef,
  from: order.fromNumber,
  name: order.name,
  email: order.email,
  metadata: order.metadata,
  report_to: hookUrl,
})

const eventsOf = (said: z.infer<typeof progress>, now: number): CallEvent[] => {
  const { at = now, status, reason, duration_seconds: durationSeconds } = said
  if (status === 'ringing') return [{ type: 'ringing', at }]
  const who = said.answered_by === undefined ? {} : { answeredBy: said.answered_by }
  if (status === 'in_progress') return [{ type: 'answered', at, ...who }]
  const details = {
    summary: said.summary,
    sentiment: said.sentiment,
    transcript: said.transcript,
    recordingRef: said.recording_url,
    analysis: said.analysis,
    costCents: said.cost_cents,
    currency: said.currency,
  }
  const { reason_code: code, from: fromNumber, opt_out: optedOut } = said
  const end = ended({ at, status, code, reason, ...who, fromNumber, durationSeconds, optedOut, details })
  return said.answered_at === undefined ? [end] : talk(said.answered_at, end)
}
