import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { vapi } from '../../../src/providers/vapi.ts'
import { signedLinks } from './audio.ts'
import { isBearer, openBook } from './book.ts'
import { type FakeProvider, type HookRequest, type CallState, wasTalk } from './fake.ts'
import { serveFake } from './serve.ts'

const apiKey = 'vapi-private-key-1234'
const secret = 'vapi_secret_of_the_account'
const assistantId = '4a170597-0f2b-4f0e-9d0b-3d3f6f1b2c11'
const phoneNumberId = 'c6ea6cb0-7a55-4b2e-8e55-5c1b9c6f0a22'

const overrides = z.strictObject({
  variableValues: z.record(z.string(), z.unknown()),
  metadata: z.looseObject({ call_id: z.guid() }),
  artifactPlan: z.strictObject({ recordingEnabled: z.boolean() }).optional(),
  firstMessage: z.string().max(1000).optional(),
  voicemailMessage: z.string().max(1000).optional(),
  voicemailDetection: z.strictObject({ provider: z.string() }).optional(),
})
const orderTo = z.strictObject({
  phoneNumberId: z.literal(phoneNumberId),
  name: z.string().max(40),
  customer: z.strictObject({
    number: z.string().regex(/^\+\d{7,15}$/),
    name: z.string().max(40).optional(),
    email: z.email().max(40).optional(),
    externalId: z.guid(),
  }),
})
/** A version is of an assistant; a squad has overrides of its own. */
const order = z.union([
  orderTo.extend({
    assistantId: z.literal(assistantId),
    assistantVersion: z.string().optional(),
    assistantOverrides: overrides,
  }),
  orderTo.extend({ squadId: z.guid(), squadOverrides: overrides }),
])

interface TheirCall {
  id: string
  createdAt: string
  order: z.infer<typeof order>
  state: CallState
  ended: boolean
  bytes?: number
  toldAt?: number
  /** When it ends, as it then says. */
  endedAt: number
}

const details = {
  summary: 'They want a demo.',
  transcript: [
    { role: 'agent', content: 'Hello!' },
    { role: 'human', content: 'Hi, who is this?' },
  ],
  costCents: 17,
}
const talkMs = 42_000

const statuses = { ringing: 'ringing', answered: 'in-progress' } as const
const endedReasons = {
  completed: 'customer-ended-call',
  voicemail: 'voicemail',
  transferred: 'assistant-forwarded-call',
  broken: 'call.in-progress.error-vapifault-worker-died',
  busy: 'customer-busy',
  no_answer: 'customer-did-not-answer',
  failed: 'twilio-failed-to-connect-call',
} as const

type Proof = 'hmac' | 'hmac in milliseconds' | 'secret' | 'bearer'

/** Vapi, with an assistant whose server URL proves itself in the given way. */
export const startFakeVapi = async (proof: Proof = 'hmac'): Promise<FakeProvider> => {
  const { calls, complaints, controls, currentTime, find, take, tell } = openBook<TheirCall>()
  let url = ''

  const json = (body: unknown, status = 200) => Response.json(body, { status })
  const refusal = (status: number, message: string | string[], error: string) =>
    json({ message, error, statusCode: status }, status)

  const stateOf = (state: CallState) =>
    state === 'ringing' || state === 'answered'
      ? { status: statuses[state], endedReason: undefined }
      : { status: 'ended', endedReason: endedReasons[state] }
  const destination = { type: 'number', number: '+15557654321' }
  const outcomeOf = (call: TheirCall, state: CallState) => ({
    startedAt: new Date(call.endedAt - talkMs).toISOString(),
    endedAt: new Date(call.endedAt).toISOString(),
    ...(state === 'transferred' ? { destination } : {}),
    cost: 0.174,
    costs: [
      { type: 'transport', cost: 0.1 },
      { type: 'model', cost: 0.074 },
    ],
    costBreakdown: { transport: 0.1, llm: 0.074, total: 0.174 },
    compliance: {},
    analysis: {
      summary: details.summary,
      structuredData: { plan: 'pro', seats: 3 },
      successEvaluation: 'true',
    },
    artifact: {
      // Private: nobody can open it.
      recordingUrl: 'https://storage.vapi.test/private.wav',
      structuredOutputs: { out_1: { name: 'Plan', result: 'pro' } },
      scorecards: {},
      variableValues: { name: 'Jane' },
      ...(state === 'transferred'
        ? { transfers: [{ destination, mode: 'blind', status: 'completed' }] }
        : {}),
      assistantActivations: [{ assistantId }],
      performanceMetrics: { turnLatencies: [] },
      logUrl: 'https://vapi.test/log',
      messagesOpenAIFormatted: [{ role: 'assistant', content: 'Hello!' }],
      transcript: 'AI: Hello!\nUser: Hi, who is this?\n',
      messages: [
        { role: 'system', message: 'You are Ann.', time: 1, secondsFromStart: 0 },
        { role: 'bot', message: 'Hello!', time: 1, endTime: 2, secondsFromStart: 0 },
        { role: 'user', message: 'Hi, who is this?', time: 3, endTime: 4, secondsFromStart: 2 },
      ],
    },
  })
  const created = ({ id, createdAt, order: { customer, ...whoSpeaks } }: TheirCall) => ({
    id,
    orgId: 'org',
    type: 'outboundPhoneCall',
    createdAt,
    updatedAt: createdAt,
    assistantVersion: null,
    ...whoSpeaks,
    phoneNumberId,
    phoneNumber: { provider: 'twilio', number: '+15550001111' },
    phoneCallProvider: 'twilio',
    phoneCallProviderId: `CA${id.replaceAll('-', '')}`,
    phoneCallTransport: 'pstn',
    name: customer.externalId,
    customer,
    monitor: { listenUrl: 'wss://phone.test/listen', controlUrl: `${url}/${id}/control` },
  })
  const told = (call: TheirCall) => ({
    ...created(call),
    ...stateOf(call.state),
    ...(wasTalk(call.state) ? outcomeOf(call, call.state) : {}),
  })

  const place = (payload: unknown) =>
    take(order, payload, {
      callIdOf: ({ customer }) => customer.externalId,
      malformed: () => refusal(400, ['the order is wrong'], 'Bad Request'),
      refused: ({ customer: { number } }) => refusal(400, [`${number} may not be called`], 'Bad Request'),
      full: () => refusal(400, 'Over Concurrency Limit', 'Bad Request'),
      made: (given) => {
        const id = crypto.randomUUID()
        const createdAt = new Date(currentTime()).toISOString()
        const endedAt = currentTime() + talkMs
        const call: TheirCall = { id, createdAt, order: given, state: 'ringing', ended: false, endedAt }
        const subscriptionLimits = {
          concurrencyBlocked: false,
          concurrencyLimit: 10,
          remainingConcurrentCalls: 9,
        }
        return {
          call,
          answer: () => json({ ...created(call), status: 'queued', subscriptionLimits }, 201),
        }
      },
    })

  const list = (search: URLSearchParams) => {
    const filters = new Set(['assistantId', 'createdAtGe', 'createdAtLe', 'limit'])
    for (const name of search.keys()) if (!filters.has(name)) complaints.push(`there is no filter ${name}`)
    const from = z.iso.datetime().parse(search.get('createdAtGe') ?? new Date(0).toISOString())
    const to = z.iso.datetime().parse(search.get('createdAtLe') ?? new Date(currentTime()).toISOString())
    const found = [...calls.values()].filter(({ createdAt }) => from <= createdAt && createdAt <= to)
    return json(
      found
        .toReversed()
        .map(told)
        .slice(0, Number(search.get('limit') ?? 100)),
    )
  }

  const control = (call: TheirCall, request: Request, payload: unknown) => {
    if (request.headers.has('authorization')) complaints.push('the key was sent to the control URL')
    if (!z.strictObject({ type: z.literal('end-call') }).safeParse(payload).success)
      return refusal(400, 'unknown control', 'Bad Request')
    call.ended = true
    return json({})
  }

  const links = signedLinks(complaints)
  const storage = await serveFake((request) => links.serve(request) ?? new Response(null, { status: 404 }))
  const record = (call: TheirCall) =>
    call.state === 'completed'
      ? new Response(null, { status: 302, headers: { location: storage.url + links.sign() } })
      : refusal(404, 'Artifact not found.', 'Not Found')

  const server = await serveFake((request, body) => {
    const { pathname, searchParams } = new URL(request.url)
    const type = request.headers.get('content-type')
    if (request.method === 'POST' && type !== 'application/json')
      return refusal(415, 'Unsupported Media Type', 'Unsupported Media Type')
    const payload: unknown = request.method === 'POST' ? JSON.parse(body) : undefined
    const byId = find(({ id }) => pathname.includes(id))
    if (byId && request.method === 'POST' && pathname === `/${byId.id}/control`)
      return control(byId, request, payload)
    if (!isBearer(request, apiKey)) return refusal(401, 'Invalid Key.', 'Unauthorized')
    if (request.method === 'POST' && pathname === '/call') return place(payload)
    if (request.method === 'GET' && pathname === '/call') return list(searchParams)
    if (byId && request.method === 'GET' && pathname === `/call/${byId.id}`)
      return json(tell(byId, told(byId)))
    if (byId && request.method === 'GET' && pathname === `/call/${byId.id}/mono-recording`)
      return record(byId)
    return refusal(404, 'Not Found', 'Not Found')
  })
  url = server.url

  const proven = (message: object, now: number): HookRequest => {
    const body = JSON.stringify({ message: { timestamp: now, ...message } })
    const stamp = String(proof === 'hmac in milliseconds' ? now : Math.floor(now / 1000))
    const signature = createHmac('sha256', secret).update(`${stamp}.${body}`).digest('hex')
    const headers: Record<Proof, Record<string, string>> = {
      hmac: { 'x-signature': signature, 'x-timestamp': stamp },
      'hmac in milliseconds': { 'x-signature': signature, 'x-timestamp': stamp },
      secret: { 'x-vapi-secret': secret },
      bearer: { authorization: `Bearer ${secret}` },
    }
    return { headers: { 'content-type': 'application/json', ...headers[proof] }, body, search: '' }
  }

  return {
    kind: vapi,
    baseUrl: server.url,
    credentials: { api_key: apiKey, hook_secret: secret },
    agent: { ref: assistantId, fromNumber: phoneNumberId },
    ...controls,
    details,
    analysisOf: (state) => ({
      structuredData: { plan: 'pro', seats: 3 },
      successEvaluation: 'true',
      structuredOutputs: { out_1: { name: 'Plan', result: 'pro' } },
      scorecards: {},
      ...(state === 'transferred'
        ? { destination, transfers: [{ destination, mode: 'blind', status: 'completed' }] }
        : {}),
    }),
    untold: [],
    lookupByCallId: true,
    hangsUp: true,
    signsTime: proof.startsWith('hmac'),
    reports: (callId, state, now) => {
      const call = calls.get(callId)
      if (!call) return []
      const about = { call: created(call), customer: call.order.customer }
      const update = { type: 'status-update', ...stateOf(state), ...about }
      const { endedReason } = stateOf(state)
      const report = { type: 'end-of-call-report', endedReason, ...outcomeOf(call, state), ...about }
      const chatter = { type: 'speech-update', status: 'started', role: 'assistant', ...about }
      return [update, chatter, ...(wasTalk(state) ? [tell(call, report)] : [])].map((one) => proven(one, now))
    },
    [Symbol.asyncDispose]: async () => {
      storage.close()
      server.close()
    },
  }
}
