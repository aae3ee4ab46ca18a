import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { bland } from '../../../src/providers/bland.ts'
import { serveAudio } from './audio.ts'
import { isOver, openBook } from './book.ts'
import { type FakeProvider, type CallState, wasTalk } from './fake.ts'
import { serveFake } from './serve.ts'

const apiKey = 'org_bland_key_1234'
const secret = 'bland_secret_of_the_account'
const pathwayId = 'a0f0d4ed-1c1b-4a57-9b0e-0d8a3f6c7e33'

const text = z.string().min(1)
/**
 * Bland: send call. Every field of its body; `start_node_id` and `answered_by_enabled` are of earlier versions of the page.
 * One of the first three says who speaks.
 */
const vendorFields = z.strictObject({
  pathway_id: z.guid().optional(),
  task: text.optional(),
  persona_id: z.guid().optional(),
  phone_number: text,
  voice: text.optional(),
  pathway_version: z.int().optional(),
  start_node_id: text.optional(),
  first_sentence: text.optional(),
  model: text.optional(),
  language: text.optional(),
  wait_for_greeting: z.boolean().optional(),
  pronunciation_guide: z.array(z.looseObject({ word: text, pronunciation: text })).optional(),
  temperature: z.number().min(0).max(1).optional(),
  interruption_threshold: z.int().optional(),
  from: text.optional(),
  dialing_strategy: z.looseObject({}).optional(),
  timezone: text.optional(),
  start_time: text.optional(),
  transfer_phone_number: text.optional(),
  transfer_list: z.record(z.string(), text).optional(),
  max_duration: z.int().min(1).optional(),
  tools: z.array(z.unknown()).optional(),
  background_track: text.nullable().optional(),
  noise_cancellation: z.boolean().optional(),
  block_interruptions: z.boolean().optional(),
  record: z.boolean().optional(),
  voicemail: z
    .looseObject({ action: z.enum(['hangup', 'leave_message', 'leave_sms', 'ignore']).optional() })
    .optional(),
  answered_by_enabled: z.boolean().optional(),
  citation_schema_ids: z.array(z.guid()).optional(),
  summary_prompt: z.string().max(2000).optional(),
  retry: z.looseObject({}).optional(),
  dispositions: z.array(text).optional(),
  request_data: z.looseObject({}).optional(),
  metadata: z.looseObject({}).optional(),
  webhook: z.url().optional(),
  webhook_events: z.array(text).optional(),
  dynamic_data: z.array(z.looseObject({})).optional(),
  keywords: z.array(text).optional(),
  ignore_button_press: z.boolean().optional(),
  precall_dtmf_sequence: z
    .string()
    .regex(/^[\dw*#]+$/)
    .optional(),
  guard_rails: z.array(z.looseObject({})).optional(),
})

/** What the gate always sends. */
const order = vendorFields
  .extend({
    phone_number: z.string().regex(/^\+\d{7,15}$/),
    from: z
      .string()
      .regex(/^\+\d{7,15}$/)
      .optional(),
    pathway_id: z.literal(pathwayId).optional(),
    request_data: z.record(z.string(), z.unknown()),
    metadata: z.looseObject({ call_id: z.guid() }),
    webhook: z.url(),
    max_duration: z.int().min(1),
  })
  .refine(
    ({ pathway_id, task, persona_id }) =>
      [pathway_id, task, persona_id].filter((one) => one !== undefined).length === 1,
    'one of pathway_id, task and persona_id says who speaks',
  )
  .refine(
    ({ pathway_id, start_node_id, pathway_version }) =>
      pathway_id !== undefined || (start_node_id === undefined && pathway_version === undefined),
    'a pathway has nodes and versions',
  )

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
    { role: 'human', content: 'Hi, who is this?' },
  ],
  durationSeconds: 42,
  costCents: 17,
}

const statuses = {
  completed: 'completed',
  voicemail: 'completed',
  transferred: 'completed',
  broken: null,
  busy: 'busy',
  no_answer: 'no-answer',
  failed: 'failed',
} as const

const stateOf = (state: CallState) => {
  if (state === 'ringing') return { completed: false, queue_status: 'started', status: null }
  if (state === 'answered')
    return {
      completed: false,
      queue_status: 'started',
      status: null,
      started_at: '2026-01-15T12:00:00+00:00',
    }
  const over = {
    completed: true,
    queue_status: state === 'broken' ? 'call_error' : 'complete',
    status: statuses[state],
  }
  if (!wasTalk(state)) return { ...over, started_at: null, call_length: 0, price: 0 }
  return {
    ...over,
    ...(state === 'broken' ? { error_message: 'The line broke.' } : {}),
    ...(state === 'transferred' ? { transferred_to: '+15557654321' } : {}),
    end_at: '2026-01-15T12:30:00.000Z',
    analysis: { plan: 'pro', seats: 3 },
    disposition_tag: 'INTERESTED',
    concatenated_transcript: 'assistant: Hello! user: Hi, who is this?',
    pathway_logs: [{ role: 'Agent Action', text: 'Chosen Node ID' }],
    started_at: '2026-01-15T12:00:00.000Z',
    call_length: 0.7,
    corrected_duration: '42',
    answered_by: state === 'voicemail' ? 'voicemail' : 'human',
    call_ended_by: 'USER',
    summary: details.summary,
    price: 0.17,
    transcripts: [
      { id: 1, created_at: '2026-01-15T12:00:01+00:00', text: 'Hello!', user: 'assistant' },
      { id: 2, created_at: '2026-01-15T12:00:03+00:00', text: 'Ended the call', user: 'agent-action' },
      { id: 3, created_at: '2026-01-15T12:00:02+00:00', text: 'Hi, who is this?', user: 'user' },
    ],
    recording_url: 'https://storage.bland.test/private.wav',
  }
}

/** Bland. It refuses orders with 200, of its two ways the one that is easier to take for success. */
export const startFakeBland = async (): Promise<FakeProvider> => {
  const { calls, controls, find, take, tell } = openBook<TheirCall>()

  const json = (body: unknown, status = 200) => Response.json(body, { status })
  const refusal = (status: number, message: string) => json({ status: 'error', message, errors: [] }, status)
  const told = ({ id, order: { metadata, phone_number } }: TheirCall, state: CallState) => ({
    call_id: id,
    c_id: id,
    to: phone_number,
    from: '+15550001111',
    max_duration: 30,
    created_at: '2026-01-15T11:59:50.000Z',
    inbound: false,
    batch_id: null,
    record: false,
    request_data: {},
    transferred_to: null,
    disposition_tag: null,
    error_message: null,
    variables: { call_id: 'not this one', plan: 'pro' },
    metadata,
    ...stateOf(state),
  })

  const place = (payload: unknown) =>
    take(order, payload, {
      callIdOf: ({ metadata }) => metadata.call_id,
      malformed: () => refusal(400, 'Invalid parameters.'),
      refused: ({ phone_number }) => refusal(200, `${phone_number} may not be called`),
      full: () => refusal(429, 'Rate limit exceeded.'),
      made: (given) => {
        const id = crypto.randomUUID()
        const answer = {
          status: 'success',
          message: 'Call successfully queued.',
          call_id: id,
          batch_id: null,
        }
        return {
          call: { id, order: given, state: 'ringing', ended: false },
          answer: () => json(answer),
        }
      },
    })

  /** Bland: list calls. Newest first, and nothing of what the order had with it but its numbers. */
  const listed = (search: URLSearchParams) => {
    const filters = new Set(['to_number', 'from_number', 'limit'])
    for (const name of search.keys())
      if (!filters.has(name)) controls.complaints.push(`there is no filter ${name}`)
    const to = search.get('to_number')
    const found = [...calls.values()].filter((call) => to === null || call.order.phone_number === to)
    const page = found.toReversed().slice(0, Number(search.get('limit') ?? 1000))
    return json({
      count: page.length,
      calls: page.map(({ id, order: { phone_number } }) => ({ call_id: id, c_id: id, to: phone_number })),
    })
  }

  const noRecording = () => {
    const errors = [{ error: 'CALL_RECORDING_NOT_FOUND', message: 'Call recording not found' }]
    return json({ data: null, errors }, 404)
  }

  const stop = (call: TheirCall) => {
    call.ended = true
    return json({ status: 'success', message: 'Call ended successfully.' })
  }

  const server = await serveFake((request, body) => {
    if (request.headers.get('authorization') !== apiKey) return refusal(401, 'Invalid API key.')
    const isPost = request.method === 'POST'
    if (isPost && request.headers.get('content-type') !== 'application/json') return refusal(415, 'Not JSON.')
    const { pathname, searchParams } = new URL(request.url)
    const byId = find(({ id }) => pathname.includes(id))
    if (isPost && pathname === '/v1/calls') return place(JSON.parse(body))
    if (!isPost && pathname === '/v1/calls') return listed(searchParams)
    if (byId && isPost && pathname === `/v1/calls/${byId.id}/stop`) return stop(byId)
    if (byId && !isPost && pathname === `/v1/calls/${byId.id}`)
      return json(tell(byId, told(byId, byId.state)))
    if (byId && !isPost && pathname === `/v1/calls/${byId.id}/recording`)
      return byId.state === 'completed' ? serveAudio(request) : noRecording()
    return refusal(404, 'Not found.')
  })

  return {
    kind: bland,
    baseUrl: server.url,
    credentials: { api_key: apiKey, hook_secret: secret },
    agent: { ref: pathwayId, fromNumber: '+15550001111' },
    ...controls,
    details,
    analysisOf: (state) => ({
      analysis: { plan: 'pro', seats: 3 },
      disposition_tag: 'INTERESTED',
      variables: { call_id: 'not this one', plan: 'pro' },
      ...(state === 'transferred' ? { transferred_to: '+15557654321' } : {}),
    }),
    untold: [],
    lookupByCallId: true,
    hangsUp: true,
    signsTime: false,
    reports: (callId, state) => {
      const call = calls.get(callId)
      if (!call || !isOver(state)) return []
      const body = JSON.stringify(tell(call, told(call, state)))
      const signature = createHmac('sha256', secret).update(body).digest('hex')
      const headers = { 'content-type': 'application/json', 'x-webhook-signature': signature }
      return [{ headers, body, search: '' }]
    },
    [Symbol.asyncDispose]: async () => server.close(),
  }
}
