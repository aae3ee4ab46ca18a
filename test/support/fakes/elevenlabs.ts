import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { elevenlabs } from '../../../src/providers/elevenlabs.ts'
import { serveAudio } from './audio.ts'
import { isBasic, isOver, openBook } from './book.ts'
import { type FakeProvider, type CallState, wasTalk } from './fake.ts'
import { serveFake } from './serve.ts'

const apiKey = 'sk_fake'
const secret = 'wsec_fake_of_the_workspace'
const twilioSid = `AC${'0123456789abcdef'.repeat(2)}`
const twilioToken = 'token_of_the_fake_account_there'

const variable = z.union([z.string(), z.number(), z.boolean()])
const order = z.strictObject({
  agent_id: z.string().startsWith('agent_'),
  agent_phone_number_id: z.string().startsWith('phnum_'),
  to_number: z.string().regex(/^\+[1-9]\d{6,14}$/),
  conversation_initiation_client_data: z.strictObject({
    user_id: z.guid(),
    dynamic_variables: z.record(z.string().regex(/^(?!system__)/), variable),
    conversation_config_override: z.strictObject({ agent: z.looseObject({}) }).optional(),
  }),
  call_recording_enabled: z.boolean().optional(),
  telephony_call_config: z
    .strictObject({
      ringing_timeout_secs: z.int().optional(),
      twilio_call_recording_enabled: z.boolean().optional(),
      twilio_machine_detection: z.strictObject({ mode: z.enum(['enable', 'detect_message_end']) }).optional(),
    })
    .optional(),
})

interface TheirCall {
  conversationId: string
  callSid: string
  order: z.infer<typeof order>
  state: CallState
  ended: boolean
  bytes?: number
  toldAt?: number
  /** What Twilio says of a call whose conversation was never more than initiated. */
  carrierStatus?: string
}

const details = {
  summary: 'They want a demo.',
  transcript: [
    { role: 'agent', content: 'Hello!' },
    { role: 'human', content: 'Who is there?' },
  ],
  durationSeconds: 42,
  costCents: 17,
}

const startedAt = Date.parse('2026-01-15T12:00:05Z') / 1000
const statuses: Record<CallState, string> = {
  ringing: 'initiated',
  answered: 'in-progress',
  completed: 'done',
  voicemail: 'done',
  transferred: 'done',
  broken: 'failed',
  busy: 'failed',
  no_answer: 'failed',
  failed: 'failed',
}
const results = {
  completed: 'answered',
  voicemail: 'voicemail',
  transferred: 'answered',
  broken: 'answered',
  busy: 'busy',
  no_answer: 'no_answer',
  failed: 'failed',
}
const failures = { busy: 'busy', no_answer: 'no-answer', failed: 'unknown' }
const callStatuses = { busy: 'busy', no_answer: 'no-answer', failed: 'failed' }

/** What `GET /v1/convai/conversations/{id}` answers, which is also the data of a transcription webhook. */
const conversationOf = ({ conversationId, callSid, order: given, state }: TheirCall) => ({
  agent_id: given.agent_id,
  conversation_id: conversationId,
  status: statuses[state],
  user_id: given.conversation_initiation_client_data.user_id,
  transcript: wasTalk(state)
    ? [
        { role: 'agent', message: 'Hello!', time_in_call_secs: 0 },
        { role: 'agent', message: null, tool_calls: [], time_in_call_secs: 1 },
        { role: 'user', message: 'Who is there?', time_in_call_secs: 2 },
      ]
    : [],
  metadata: {
    start_time_unix_secs: startedAt,
    // Older conversations do not say when they were accepted.
    accepted_time_unix_secs: state === 'answered' || state === 'completed' ? startedAt : null,
    call_duration_secs: wasTalk(state) ? 42 : 0,
    queue_wait_secs: null,
    cost: 296,
    cost_fiat: wasTalk(state) ? 0.17 : 0,
    charging: { dev_discount: false },
    termination_reason: wasTalk(state) ? 'The user was busy and ended the call' : '',
    error: state === 'broken' ? { code: 1011, reason: 'The connection broke' } : null,
    warnings: [],
    main_language: 'en',
    timezone: null,
    features_usage: {},
    conversation_initiation_source: 'twilio',
    phone_call: {
      type: 'twilio',
      direction: 'outbound',
      phone_number_id: given.agent_phone_number_id,
      agent_number: '+15550001111',
      external_number: given.to_number,
      stream_sid: `MZ${callSid.slice(2)}`,
      call_sid: callSid,
      call_result: state === 'ringing' || state === 'answered' ? null : results[state],
    },
  },
  analysis: wasTalk(state)
    ? {
        call_successful: 'success',
        call_success_score: 1,
        transcript_summary: details.summary,
        call_summary_title: 'Demo',
        evaluation_criteria_results: {
          polite: { criteria_id: 'polite', result: 'success', rationale: 'It was.' },
        },
        data_collection_results: {
          plan: { data_collection_id: 'plan', value: 'pro', rationale: 'They said so.' },
        },
      }
    : null,
  conversation_initiation_client_data: given.conversation_initiation_client_data,
  has_audio: wasTalk(state),
  has_user_audio: wasTalk(state),
  has_response_audio: wasTalk(state),
  has_auxiliary_audio: false,
  agent_name: 'Ann',
  branch_id: null,
  version_id: null,
  environment: 'production',
  visited_agents: [],
  tag_ids: [],
})

/** A failure names neither our id nor the variables, as far as is known. */
const failureOf = (call: TheirCall, state: keyof typeof failures) => ({
  agent_id: call.order.agent_id,
  conversation_id: call.conversationId,
  failure_reason: failures[state],
  metadata: {
    type: 'twilio',
    body: {
      CallSid: call.callSid,
      CallStatus: callStatuses[state],
      From: '+15550001111',
      To: call.order.to_number,
      Direction: 'outbound-api',
      CallDuration: '0',
    },
  },
})

/** As the header `ElevenLabs-Signature` is made. */
export const signAsElevenLabs = (body: string, at: number, key = secret) => {
  const seconds = Math.floor(at / 1000)
  return `t=${seconds},v0=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`
}

/** ElevenLabs Agents as its pages have it, and at the same address the Twilio account that the number belongs to. */
export const startFakeElevenLabs = async (): Promise<FakeProvider & { orders: unknown[] }> => {
  const { calls, complaints, controls, find, take, tell } = openBook<TheirCall>()
  const orders: unknown[] = []

  const refuse = (status: number, code: string, message: string) =>
    Response.json({ detail: { status: code, message } }, { status })
  const invalid = (msg: string) =>
    Response.json({ detail: [{ loc: ['body'], msg, type: 'value_error' }] }, { status: 422 })

  const place = (request: Request, body: string) => {
    if (request.headers.get('content-type') !== 'application/json') return invalid('not JSON')
    orders.push(JSON.parse(body))
    return take(order, orders.at(-1), {
      callIdOf: ({ conversation_initiation_client_data: data }) => data.user_id,
      malformed: () => invalid('Field required'),
      refused: () => Response.json({ success: false, message: 'Number not allowed', conversation_id: null }),
      full: () => refuse(429, 'too_many_concurrent_requests', 'Too many concurrent requests'),
      made: (given) => {
        const digits = given.conversation_initiation_client_data.user_id.replaceAll('-', '')
        const [conversationId, callSid] = [`conv_${digits}`, `CA${digits}`]
        const answer = { success: true, message: 'Success', conversation_id: conversationId, callSid }
        return {
          call: { conversationId, callSid, order: given, state: 'ringing', ended: false },
          answer: () => Response.json(answer),
        }
      },
    })
  }

  /** Twilio's side of it. A call of which the conversation says nothing may be over there. */
  const carrier = (request: Request, body: string) => {
    if (!isBasic(request, twilioSid, twilioToken))
      return Response.json({ code: 20003, message: 'Authenticate', status: 401 }, { status: 401 })
    const sid = /\/Calls\/(CA[0-9a-f]{32})\.json$/.exec(request.url)?.[1]
    const call = find(({ callSid }) => callSid === sid)
    if (!call) return Response.json({ code: 20404, message: 'Not found', status: 404 }, { status: 404 })
    if (request.method === 'GET')
      return Response.json({
        sid,
        status: call.carrierStatus ?? 'ringing',
        duration: null,
        from: '+15550001111',
      })
    const isForm = request.headers.get('content-type') === 'application/x-www-form-urlencoded'
    if (!isForm || body !== 'Status=completed') {
      complaints.push(`Twilio does not take ${body}`)
      return Response.json({ code: 21218, message: 'Invalid', status: 400 }, { status: 400 })
    }
    call.ended = true
    return Response.json({ sid, status: 'completed' })
  }

  const answerAbout = (pathname: string) => {
    const call = find(({ conversationId }) => pathname.endsWith(`/${conversationId}`))
    return call
      ? Response.json(tell(call, conversationOf(call)))
      : refuse(404, 'conversation_not_found', 'There is no such conversation')
  }

  /** "List conversations": what is listed does not say whose it is. */
  const listed = (search: URLSearchParams) => {
    const filters = new Set(['user_id', 'page_size'])
    for (const name of search.keys()) if (!filters.has(name)) complaints.push(`there is no filter ${name}`)
    const user = search.get('user_id')
    const conversations = [...calls]
      .filter(([callId]) => user === null || callId === user)
      .map(([, call]) => ({
        agent_id: call.order.agent_id,
        conversation_id: call.conversationId,
        status: statuses[call.state],
      }))
    return Response.json({
      conversations: conversations.slice(0, Number(search.get('page_size') ?? 30)),
      has_more: false,
    })
  }

  const server = await serveFake((request, body) => {
    const { pathname, searchParams } = new URL(request.url)
    const asked = `${request.method} ${pathname}`
    if (pathname.startsWith(`/2010-04-01/Accounts/${twilioSid}/Calls/`)) return carrier(request, body)
    if (request.headers.get('xi-api-key') !== apiKey) return refuse(401, 'invalid_api_key', 'Invalid API key')
    if (asked === 'POST /v1/convai/twilio/outbound-call') return place(request, body)
    if (asked === 'GET /v1/convai/conversations') return listed(searchParams)
    const [, id] = /^GET \/v1\/convai\/conversations\/([^/]+)\/audio$/.exec(asked) ?? []
    if (id !== undefined)
      return find((call) => call.conversationId === id)?.state === 'completed'
        ? serveAudio(request, 'audio/mpeg')
        : refuse(404, 'missing_conversation_audio', 'The conversation has no audio')
    if (/^GET \/v1\/convai\/conversations\/[^/]+$/.test(asked)) return answerAbout(pathname)
    return Response.json({ detail: 'Not Found' }, { status: 404 })
  })

  const hook = (type: string, data: object, now: number) => {
    const body = JSON.stringify({ type, event_timestamp: Math.floor(now / 1000), data })
    const headers = {
      'content-type': 'application/json',
      'elevenlabs-signature': signAsElevenLabs(body, now),
    }
    return { headers, body, search: '' }
  }

  return {
    kind: elevenlabs,
    baseUrl: server.url,
    credentials: {
      api_key: apiKey,
      hook_secret: secret,
      twilio_account_sid: twilioSid,
      twilio_auth_token: twilioToken,
    },
    agent: { ref: 'agent_fake', fromNumber: 'phnum_fake' },
    ...controls,
    orders,
    details,
    analysisOf: () => ({
      call_successful: 'success',
      call_success_score: 1,
      data_collection_results: {
        plan: { data_collection_id: 'plan', value: 'pro', rationale: 'They said so.' },
      },
      evaluation_criteria_results: {
        polite: { criteria_id: 'polite', result: 'success', rationale: 'It was.' },
      },
    }),
    untold: ['transferred'],
    lookupByCallId: true,
    hangsUp: true,
    signsTime: true,
    reports: (callId, state, now) => {
      const call = calls.get(callId)
      if (!call || !isOver(state)) return []
      return state === 'busy' || state === 'no_answer' || state === 'failed'
        ? [hook('call_initiation_failure', failureOf(call, state), now)]
        : [hook('post_call_transcription', tell(call, conversationOf({ ...call, state })), now)]
    },
    [Symbol.asyncDispose]: async () => server.close(),
  }
}
