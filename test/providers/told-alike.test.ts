import { describe, expect, test } from 'bun:test'
import { createHmac } from 'node:crypto'
import { advance } from '../../src/calls/advance.ts'
import { type Call, type CallEvent, isOver, newCall } from '../../src/calls/call.ts'
import { withIds } from '../../src/calls/provider-ids.ts'
import type { Send } from '../../src/outgoing/send.ts'
import { findKind } from '../../src/providers/kinds.ts'
import { signAsElevenLabs } from '../support/fakes/elevenlabs.ts'
import { orderOf, now, ourId } from '../support/fakes/order.ts'
import { signAsRetell } from '../support/fakes/retell.ts'

type Json = Record<string, unknown>

interface Vendor {
  credentials: Record<string, string>
  /** All the ends that it can tell of, as its records have them. */
  ends: Json[]
  /** The same end at the hook. */
  hook(end: Json): { headers: Record<string, string>; body: string }
}

const [startedAt, endedAt] = [now - 60_000, now - 18_000]
const iso = (at: number) => new Date(at).toISOString()
const words = (text: string) => text.trim().split(/\s+/)
/** Every one of these with every other. */
const crossed = (fields: Record<string, unknown[]>): Json[] =>
  Object.entries(fields).reduce<Json[]>(
    (rows, [name, values]) =>
      rows.flatMap((row) => values.map((value) => (value === undefined ? row : { ...row, [name]: value }))),
    [{}],
  )
const hookUrl = `https://gate.test/hook?call=${ourId}`

/** One of each family of Vapi's ended reasons; Retell's disconnection reasons. */
const vapiReasons = words(`
  customer-ended-call assistant-ended-call assistant-said-end-call-phrase customer-busy customer-did-not-answer
  customer-did-not-give-microphone-permission voicemail assistant-forwarded-call silence-timed-out exceeded-max-duration
  manually-canceled call-deleted scheduled-call-deleted worker-shutdown vonage-rejected twilio-failed-to-connect-call
  twilio-reported-customer-misdialed sip-outbound-unallocated-number phone-call-provider-closed-websocket
  call.start.error-subscription-concurrency-limit-reached call.start.error-get-assistant
  call.in-progress.error-vapifault-worker-died call.in-progress.error-sip-telephony-provider-failed-to-connect-call
  call.in-progress.error-providerfault-outbound-sip-480-temporarily-unavailable call.ringing.hook-executed-transfer
  pipeline-error-openai-llm-failed assistant-not-found assistant-join-timed-out`)
/** Vapi has more than 600, made of these words, and adds others: whatever it says is the same end both ways. */
const vapiMixed = vapiReasons.flatMap((one, at) =>
  vapiReasons.filter((_, other) => other % 4 === at % 4).map((other) => `${one}-${other}`),
)
const retellReasons = words(`
  user_hangup agent_hangup call_transfer voicemail_reached ivr_reached inactivity max_duration_reached
  concurrency_limit_reached no_concurrency_fallback no_valid_payment scam_detected dial_busy dial_failed dial_no_answer
  invalid_destination telephony_provider_permission_denied telephony_provider_unavailable sip_routing_error marked_as_spam
  user_declined error_llm_websocket_open error_llm_websocket_lost_connection error_llm_websocket_runtime
  error_llm_websocket_corrupt_payload error_no_audio_received error_asr error_retell error_unknown error_user_not_joined
  registered_call_timeout transfer_bridged transfer_cancelled manual_stopped call_take_over`)

const vendors: Record<string, Vendor> = {
  vapi: {
    credentials: { api_key: 'key', hook_secret: 'secret' },
    ends: crossed({
      id: ['theirs'],
      status: ['ended'],
      endedReason: [...vapiReasons, ...vapiMixed, 'something-new', ''],
      startedAt: [undefined, iso(startedAt)],
      endedAt: [iso(endedAt)],
    }),
    hook: ({ id, ...said }) => ({
      headers: { 'x-vapi-secret': 'secret' },
      body: JSON.stringify({
        message: {
          type: 'end-of-call-report',
          ...said,
          call: { id, customer: { externalId: ourId } },
        },
      }),
    }),
  },
  retell: {
    credentials: { api_key: 'key', hook_key: 'secret' },
    ends: crossed({
      call_id: ['theirs'],
      call_status: ['ended', 'error', 'not_connected'],
      disconnection_reason: retellReasons,
      start_timestamp: [undefined, startedAt],
      end_timestamp: [endedAt],
    }),
    hook: (call) => {
      const body = JSON.stringify({ event: 'call_ended', call })
      return { headers: { 'x-retell-signature': signAsRetell(body, now, 'secret') }, body }
    },
  },
  bland: {
    credentials: { api_key: 'key', hook_secret: 'secret' },
    ends: crossed({
      call_id: ['theirs'],
      completed: [true],
      queue_status: words('complete complete_error call_error queue_error pre_queue_error'),
      status: [undefined, ...words('completed failed busy no-answer canceled')],
      answered_by: [undefined, ...words('human voicemail unknown no-answer')],
      started_at: [undefined, iso(startedAt)],
      corrected_duration: ['42'],
    }),
    hook: (said) => {
      const body = JSON.stringify(said)
      return {
        headers: { 'x-webhook-signature': createHmac('sha256', 'secret').update(body).digest('hex') },
        body,
      }
    },
  },
  elevenlabs: {
    credentials: { api_key: 'key', hook_secret: 'secret' },
    ends: crossed({
      status: ['done', 'failed'],
      result: [undefined, ...words('answered voicemail busy no_answer failed')],
      seconds: [0, 42],
      why: ['', 'The user was busy', 'Concurrency limit reached'],
    }).map(({ status, result, seconds, why }) => ({
      conversation_id: 'theirs',
      agent_id: 'agent_1',
      status,
      metadata: {
        start_time_unix_secs: startedAt / 1000,
        call_duration_secs: seconds,
        termination_reason: why,
        ...(result === undefined ? {} : { phone_call: { type: 'twilio', call_result: result } }),
      },
    })),
    hook: (data) => {
      const body = JSON.stringify({ type: 'post_call_transcription', data })
      return { headers: { 'elevenlabs-signature': signAsElevenLabs(body, now, 'secret') }, body }
    },
  },
  twilio: {
    credentials: { account_sid: `AC${'0'.repeat(32)}`, auth_token: 'secret' },
    ends: crossed({
      sid: ['theirs'],
      status: words('completed busy no-answer failed canceled'),
      answered_by: [
        null,
        ...words('human unknown fax machine_start machine_end_beep machine_end_silence machine_end_other'),
      ],
      duration: ['42'],
    }),
    hook: ({ sid, status, answered_by, duration }) => {
      const fields = {
        CallSid: String(sid),
        CallStatus: String(status),
        ...(answered_by === null ? {} : { AnsweredBy: String(answered_by) }),
        CallDuration: String(duration),
      }
      const signed = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1))
      const text = hookUrl + signed.flat().join('')
      const signature = createHmac('sha1', 'secret').update(text).digest('base64')
      return { headers: { 'x-twilio-signature': signature }, body: String(new URLSearchParams(fields)) }
    },
  },
}

const outcomeIn = (events: CallEvent[]) => {
  const call: Call = events.reduce(advance, withIds(newCall(orderOf()), { providerCallId: 'theirs' }))
  const { status, reasonCode, reason, answeredBy, durationSeconds, answeredAt } = call
  return {
    status,
    reasonCode,
    reason,
    answeredBy,
    durationSeconds,
    talked: answeredAt !== null,
    over: isOver(call),
  }
}

describe.each(Object.entries(vendors))('at %s', (name, { credentials, ends, hook }) => {
  test('every status and reason is the same end at the hook and when asked about', async () => {
    let said: Json = {}
    const send: Send = async () => ({
      kind: 'answered',
      status: 200,
      headers: new Headers(),
      body: Buffer.from(JSON.stringify(said)),
    })
    const account = { id: 'account', baseUrl: null, credentials, hookUrl }
    const provider = findKind(name)!.connect(account, { clock: { now: () => now }, timeoutMs: 1000, send })
    const reference = { id: ourId, phoneNumber: '+15551234567', createdAt: now, providerCallId: 'theirs' }
    for (said of ends) {
      const { headers, body } = hook(said)
      const request = { headers: new Headers(headers), body: Buffer.from(body), url: hookUrl }
      const reported = provider.verifyEvents(request, now)
      const asked = await provider.fetchStatus(reference)
      if (reported.kind !== 'events' || asked.outcome !== 'found') throw new Error(JSON.stringify(said))
      const [one, other] = [outcomeIn(reported.events.map(({ event }) => event)), outcomeIn(asked.events)]
      expect({ said, ...one }).toEqual({ said, ...other })
      expect(one.over).toBe(true)
    }
  })
})
