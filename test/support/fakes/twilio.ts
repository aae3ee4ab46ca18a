import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { twilio } from '../../../src/providers/twilio.ts'
import { serveAudio } from './audio.ts'
import { isBasic, isOver, openBook } from './book.ts'
import { type FakeProvider, type CallState, wasTalk } from './fake.ts'
import { serveFake } from './serve.ts'

const sid = `AC${'0'.repeat(31)}1`
const token = 'fake-twilio-token-of-the-account'
/** A standard API key: it is for calls, and not for the account itself. */
export const apiKey = { api_key_sid: `SK${'0'.repeat(31)}1`, api_key_secret: 'fake-key-secret' }
const prefix = `/2010-04-01/Accounts/${sid}`
const recordingSid = `RE${'0'.repeat(31)}1`
const formType = 'application/x-www-form-urlencoded'

const order = z.strictObject({
  To: z.tuple([z.string().regex(/^\+[1-9]\d{6,14}$/)]),
  From: z.tuple([z.string().regex(/^\+\d+$/)]),
  Url: z.tuple([z.url({ protocol: /^https$/ })]),
  StatusCallback: z.tuple([z.url({ protocol: /^https?$/ })]),
  StatusCallbackEvent: z.tuple([
    z.literal('initiated'),
    z.literal('ringing'),
    z.literal('answered'),
    z.literal('completed'),
  ]),
  Record: z.tuple([z.enum(['true', 'false'])]).optional(),
  RecordingChannels: z.tuple([z.enum(['mono', 'dual'])]).optional(),
  Timeout: z.tuple([z.string().regex(/^\d{1,3}$/)]).optional(),
  MachineDetection: z.tuple([z.enum(['Enable', 'DetectMessageEnd'])]).optional(),
  MachineDetectionTimeout: z.tuple([z.string().regex(/^\d{1,2}$/)]).optional(),
  SendDigits: z.tuple([z.string().max(32)]).optional(),
  CallReason: z.tuple([z.string().max(50)]).optional(),
  TimeLimit: z.tuple([
    z
      .string()
      .regex(/^\d+$/)
      .refine((value) => Number(value) >= 1 && Number(value) <= 14_400),
  ]),
})

interface TheirCall {
  sid: string
  to: string
  from: string
  callback: string
  state: CallState | 'queued' | 'canceled'
  ended: boolean
  bytes?: number
  toldAt?: number
}

const durationSeconds = 42
const words: Record<TheirCall['state'], string> = {
  queued: 'queued',
  ringing: 'ringing',
  answered: 'in-progress',
  completed: 'completed',
  voicemail: 'completed',
  transferred: 'completed',
  broken: 'failed',
  busy: 'busy',
  no_answer: 'no-answer',
  failed: 'failed',
  canceled: 'canceled',
}
const answererOf = (state: TheirCall['state']) => {
  if (state === 'voicemail') return 'machine_end_beep'
  return state === 'completed' ? 'human' : null
}
const progress: TheirCall['state'][] = ['queued', 'ringing', 'answered']

/** Twilio’s calls, as its REST interface and its status callbacks show them. */
export const startFakeTwilio = async (): Promise<FakeProvider> => {
  const { calls, controls, find, take, tell } = openBook<TheirCall>()

  const failure = (status: number, code: number, message: string) =>
    Response.json(
      { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
      { status },
    )
  const resourceOf = (call: TheirCall) => ({
    sid: call.sid,
    account_sid: sid,
    to: call.to,
    from: call.from,
    direction: 'outbound-api',
    status: words[call.state],
    parent_call_sid: null,
    phone_number_sid: `PN${'0'.repeat(32)}`,
    forwarded_from: null,
    caller_name: null,
    annotation: null,
    group_sid: null,
    trunk_sid: null,
    queue_time: '0',
    api_version: '2010-04-01',
    start_time: null,
    end_time: null,
    duration: wasTalk(call.state as CallState) ? String(durationSeconds) : null,
    price: wasTalk(call.state as CallState) ? '-0.02600' : null,
    price_unit: 'EUR',
    answered_by: answererOf(call.state),
    uri: `${prefix}/Calls/${call.sid}.json`,
  })

  const recordingsOf = ({ sid: call_sid, state }: TheirCall) =>
    state === 'completed' ? [{ sid: recordingSid, account_sid: sid, call_sid, status: 'completed' }] : []

  const place = (form: URLSearchParams) => {
    const fields = Object.fromEntries([...new Set(form.keys())].map((name) => [name, form.getAll(name)]))
    return take(order, fields, {
      callIdOf: ({ StatusCallback: [callback] }) => new URL(callback).searchParams.get('call') ?? '',
      malformed: () => failure(400, 21205, 'Bad order'),
      refused: ({ To: [to] }) =>
        failure(400, 21211, `The phone number you are attempting to call, ${to}, is not valid.`),
      full: () => failure(429, 20429, 'Too Many Requests'),
      made: ({ To: [to], From: [from], StatusCallback: [callback] }) => {
        const theirs = `CA${crypto.randomUUID().replaceAll('-', '')}`
        const call: TheirCall = { sid: theirs, to, from, callback, state: 'queued', ended: false }
        return { call, answer: () => Response.json(resourceOf(call), { status: 201 }) }
      },
    })
  }

  /** `canceled` is for calls that are not answered yet, `completed` for those that are. */
  const update = (call: TheirCall, status: string | null) => {
    const isAnswered = call.state === 'answered'
    const isRight = status === 'completed' ? isAnswered : status === 'canceled' && !isAnswered
    if (!progress.includes(call.state) || !isRight) return failure(400, 21220, 'Call is not in that state')
    call.state = isAnswered ? 'completed' : 'canceled'
    call.ended = true
    return Response.json(resourceOf(call))
  }

  const server = await serveFake((request, body) => {
    const { method, headers, url } = request
    const { pathname } = new URL(url)
    const hasKey = isBasic(request, apiKey.api_key_sid, apiKey.api_key_secret)
    if (!hasKey && !isBasic(request, sid, token)) return failure(401, 20003, 'Authenticate')
    if (method === 'POST' && headers.get('content-type') !== formType)
      return failure(415, 20000, 'Unsupported media type')
    if (method === 'GET' && pathname === `${prefix}.json`)
      return hasKey ? failure(401, 20003, 'Authenticate') : Response.json({ sid, status: 'active' })
    if (method === 'GET' && pathname === `${prefix}/Calls.json`)
      return Response.json({ calls: [...calls.values()].map(resourceOf), page: 0, page_size: 1 })
    if (method === 'POST' && pathname === `${prefix}/Calls.json`) return place(new URLSearchParams(body))
    const recorded = find((one) => pathname === `${prefix}/Calls/${one.sid}/Recordings.json`)
    if (recorded) return Response.json({ recordings: recordingsOf(recorded), page: 0, page_size: 50 })
    if (pathname === `${prefix}/Recordings/${recordingSid}.mp3`) return serveAudio(request, 'audio/mpeg')
    const call = find((one) => pathname === `${prefix}/Calls/${one.sid}.json`)
    if (!call) return failure(404, 20404, 'The requested resource was not found')
    return method === 'POST'
      ? update(call, new URLSearchParams(body).get('Status'))
      : Response.json(tell(call, resourceOf(call)))
  })

  return {
    kind: twilio,
    baseUrl: server.url,
    credentials: { account_sid: sid, auth_token: token },
    agent: { ref: 'https://twiml.example/answer?flow=sales', fromNumber: '+15550001111' },
    ...controls,
    details: { durationSeconds },
    analysisOf: () => null,
    untold: ['transferred', 'broken'],
    lookupByCallId: false,
    hangsUp: true,
    signsTime: false,
    reports: (callId, state, now) => {
      const call = calls.get(callId)
      if (!call) return []
      const fields: Record<string, string> = {
        CallSid: call.sid,
        AccountSid: sid,
        From: call.from,
        To: call.to,
        CallStatus: words[state],
        Direction: 'outbound-api',
        ApiVersion: '2010-04-01',
        Timestamp: new Date(now).toUTCString().replace('GMT', '+0000'),
        CallbackSource: 'call-progress-events',
        SequenceNumber: String(Math.max(1, progress.indexOf(state))),
        ...(isOver(state) ? { CallDuration: wasTalk(state) ? String(durationSeconds) : '0' } : {}),
        ...(state === 'completed'
          ? { RecordingUrl: `https://api.twilio.com${prefix}/Recordings/${recordingSid}` }
          : {}),
        ...(answererOf(state) === null ? {} : { AnsweredBy: answererOf(state) ?? '' }),
        ...(state === 'busy' ? { SipResponseCode: '486' } : {}),
      }
      const headers = {
        'content-type': formType,
        'x-twilio-signature': signature(call.callback, fields),
      }
      return [
        {
          headers,
          body: String(new URLSearchParams(tell(call, fields))),
          search: new URL(call.callback).search,
        },
      ]
    },
    [Symbol.asyncDispose]: async () => server.close(),
  }
}

const signature = (url: string, fields: Record<string, string>) => {
  const names = Object.keys(fields).toSorted()
  const signed = url + names.map((name) => `${name}${fields[name]}`).join('')
  return createHmac('sha1', token).update(signed).digest('base64')
}
