import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { retell } from '../../../src/providers/retell.ts'
import { signedLinks } from './audio.ts'
import { isBearer, openBook } from './book.ts'
import { type FakeProvider, type CallState, wasTalk } from './fake.ts'
import { serveFake } from './serve.ts'

const apiKey = 'key_fake_of_the_workspace'
const hookKey = 'key_fake_with_the_webhook_badge'

const phoneNumber = z.string().regex(/^\+[1-9]\d{6,14}$/)
const order = z.strictObject({
  from_number: phoneNumber,
  to_number: phoneNumber,
  override_agent_id: z.string().startsWith('agent_').optional(),
  metadata: z.looseObject({ call_id: z.guid() }),
  override_agent_version: z.int().optional(),
  agent_override: z
    .strictObject({
      agent: z.looseObject({}).optional(),
      retell_llm: z.looseObject({}).optional(),
      conversation_flow: z.looseObject({}).optional(),
    })
    .optional(),
  custom_sip_headers: z.record(z.string().startsWith('X-'), z.string()).optional(),
  ignore_e164_validation: z.boolean().optional(),
  retell_llm_dynamic_variables: z.record(z.string(), z.string()),
})

interface TheirCall {
  id: string
  order: z.infer<typeof order>
  state: CallState
  ended: boolean
  bytes?: number
  toldAt?: number
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

const startedAt = Date.parse('2026-01-15T12:00:05Z')
const endings = {
  completed: { call_status: 'ended', disconnection_reason: 'user_hangup' },
  // Retell knows it from the analysis alone, where the agent hung up.
  voicemail: { call_status: 'ended', disconnection_reason: 'agent_hangup' },
  transferred: {
    call_status: 'ended',
    disconnection_reason: 'call_transfer',
    transfer_destination: '+15557654321',
    transfer_end_timestamp: startedAt + 90_000,
  },
  broken: { call_status: 'error', disconnection_reason: 'error_llm_websocket_lost_connection' },
  busy: { call_status: 'not_connected', disconnection_reason: 'dial_busy' },
  no_answer: { call_status: 'not_connected', disconnection_reason: 'dial_no_answer' },
  failed: { call_status: 'not_connected', disconnection_reason: 'dial_failed' },
}
const conversation = {
  start_timestamp: startedAt,
  end_timestamp: startedAt + 42_000,
  duration_ms: 42_000,
  transcript: 'Agent: Hello!\nUser: Who is there?\n',
  transcript_object: [
    { role: 'agent', content: 'Hello!', words: [{ word: 'Hello!', start: 0.1, end: 0.6 }] },
    { role: 'user', content: 'Who is there?', words: [] },
  ],
  call_cost: {
    combined_cost: 17,
    product_costs: [{ product: 'elevenlabs_tts', cost: 17, unit_price: 0.4 }],
    total_duration_seconds: 42,
    total_duration_unit_price: 0.4,
  },
  transcript_with_tool_calls: [{ role: 'agent', content: 'Hello!', words: [] }],
  recording_multi_channel_url: 'https://recordings.retell.test/multi.wav',
  public_log_url: 'https://logs.retell.test/call.log',
  collected_dynamic_variables: { plan: 'pro' },
  latency: { e2e: { p50: 800 } },
  llm_token_usage: { values: [120], average: 120, num_requests: 1 },
  data_storage_setting: 'everything',
  opt_in_signed_url: false,
}
const analysisOf = (state: CallState) => ({
  call_summary: details.summary,
  user_sentiment: 'Positive',
  call_successful: true,
  in_voicemail: state === 'voicemail',
  custom_analysis_data: { plan: 'pro', seats: 3 },
})

/** The call object: everything but its analysis, which `call_ended` has not. */
const callObject = ({ id, order: { from_number, to_number, metadata }, state }: TheirCall) => ({
  call_id: id,
  call_type: 'phone_call',
  agent_id: 'agent_fake',
  agent_version: 1,
  agent_name: 'Ann',
  agent_tag: null,
  telephony_identifier: { twilio_call_sid: `CA${id.slice(-32)}` },
  direction: 'outbound',
  from_number,
  to_number,
  metadata,
  ...(state === 'ringing' ? { call_status: 'registered' } : {}),
  ...(state === 'answered' ? { call_status: 'ongoing', start_timestamp: startedAt } : {}),
  ...(state === 'ringing' || state === 'answered' ? {} : endings[state]),
  ...(wasTalk(state) ? conversation : {}),
})

const analyzed = (call: TheirCall) => ({
  ...callObject(call),
  ...(wasTalk(call.state) ? { call_analysis: analysisOf(call.state) } : {}),
})

/** As the header `x-retell-signature` is made: the time right behind the body, without a dot. */
export const signAsRetell = (body: string, at: number, key = hookKey) =>
  `v=${at},d=${createHmac('sha256', key).update(`${body}${at}`).digest('hex')}`

const listing = z.strictObject({
  filter_criteria: z.strictObject({
    metadata: z.tuple([
      z.strictObject({ type: z.literal('string'), op: z.literal('eq'), key: z.string(), value: z.string() }),
    ]),
  }),
})

/** Retell, as its API reference and its webhook pages have it. */
export const startFakeRetell = async (): Promise<FakeProvider & { orders: unknown[] }> => {
  const { calls, complaints, controls, find, take, tell } = openBook<TheirCall>()
  const orders: unknown[] = []

  const refuse = (status: number, message: string) => Response.json({ status: 'error', message }, { status })

  const links = signedLinks(complaints)
  /** A new one each time, as where signed links are opted in to. */
  const withLink = ({ state }: TheirCall, call: object) => ({
    ...call,
    ...(state === 'completed' ? { scrubbed_recording_url: server.url + links.sign() } : {}),
  })

  const invalid = () => refuse(400, 'Invalid request format, please check API reference.')
  const place = (request: Request, body: string) => {
    if (request.headers.get('content-type') !== 'application/json') return invalid()
    orders.push(JSON.parse(body))
    return take(order, orders.at(-1), {
      callIdOf: ({ metadata }) => metadata.call_id,
      malformed: invalid,
      refused: () => refuse(402, 'Trial has ended, please add payment method.'),
      full: () => refuse(429, 'Account rate limited, please throttle your requests.'),
      made: (given) => {
        const id = `call_${given.metadata.call_id.replaceAll('-', '')}`
        const call: TheirCall = { id, order: given, state: 'ringing', ended: false }
        return { call, answer: () => Response.json(callObject(call), { status: 201 }) }
      },
    })
  }

  const answerAbout = (action: string, id: string) => {
    const call = find((one) => one.id === id)
    if (!call) return refuse(422, 'Cannot find requested asset under given api key.')
    if (action === 'GET get-call') return Response.json(tell(call, withLink(call, analyzed(call))))
    call.ended = true
    return new Response(null, { status: 204 })
  }

  const search = (body: string) => {
    const { filter_criteria } = listing.parse(JSON.parse(body))
    const [{ key, value }] = filter_criteria.metadata
    const items = [...calls.values()].filter(
      (one) => key === 'call_id' && one.order.metadata.call_id === value,
    )
    return Response.json({ items: items.map(analyzed), has_more: false })
  }

  const server = await serveFake((request, body) => {
    const { pathname } = new URL(request.url)
    const recording = links.serve(request)
    if (recording) return recording
    if (!isBearer(request, apiKey)) return refuse(401, 'API key is missing or invalid.')
    const [, path, id = ''] = /^(\/v[23]\/[a-z-]+|\/[a-z-]+)(?:\/([^/]+))?$/.exec(pathname) ?? []
    switch (`${request.method} ${path}`) {
      case 'POST /v2/create-phone-call':
        return place(request, body)
      case 'GET /v2/get-call':
        return answerAbout('GET get-call', id)
      case 'POST /v2/stop-call':
        return answerAbout('POST stop-call', id)
      case 'POST /v3/list-calls':
        return search(body)
      case 'GET /get-concurrency':
        return Response.json({ current_concurrency: calls.size, concurrency_limit: 20 })
      default:
        return refuse(404, 'Not found')
    }
  })

  const hook = (event: string, call: object, now: number) => {
    const body = JSON.stringify({ event, call })
    const headers = { 'content-type': 'application/json', 'x-retell-signature': signAsRetell(body, now) }
    return { headers, body, search: '' }
  }

  return {
    kind: retell,
    baseUrl: server.url,
    credentials: { api_key: apiKey, hook_key: hookKey },
    agent: { ref: 'agent_fake', fromNumber: '+14157774444' },
    ...controls,
    orders,
    details,
    analysisOf: (state) => ({
      call_successful: true,
      custom_analysis_data: { plan: 'pro', seats: 3 },
      collected_dynamic_variables: { plan: 'pro' },
      ...(state === 'transferred' ? { transfer_destination: '+15557654321' } : {}),
    }),
    untold: [],
    lookupByCallId: true,
    hangsUp: true,
    signsTime: true,
    reports: (callId, state, now) => {
      const known = calls.get(callId)
      if (!known || state === 'ringing') return []
      const call = { ...known, state }
      return state === 'answered'
        ? [hook('call_started', callObject(call), now)]
        : [
            hook('call_ended', tell(known, withLink(call, callObject(call))), now),
            hook('call_analyzed', tell(known, withLink(call, analyzed(call))), now),
          ]
    },
    [Symbol.asyncDispose]: async () => server.close(),
  }
}
