import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { http } from '../../../src/providers/http.ts'
import { serveAudio } from './audio.ts'
import { openBook } from './book.ts'
import { type FakeProvider, type CallState, wasTalk } from './fake.ts'
import { serveFake } from './serve.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

const order = z.strictObject({
  type: z.literal('call.place'),
  call_id: z.guid(),
  phone_number: z.string().regex(/^\+\d+$/),
  agent_ref: z.string().nullable(),
  from: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
  report_to: z.url(),
})
const question = z.strictObject({
  type: z.enum(['call.status', 'call.end', 'check']),
  call_id: z.guid().optional(),
  id: z.string().nullable().optional(),
})

interface TheirCall {
  id: string
  state: CallState
  ended: boolean
  bytes?: number
  toldAt?: number
}

const details = {
  summary: 'They want a demo.',
  transcript: [{ role: 'agent', content: 'Hello!' }],
  durationSeconds: 42,
  costCents: 17,
}

const statusOf = (state: CallState) => {
  if (state === 'answered') return 'in_progress'
  if (state === 'broken') return 'failed'
  return state === 'voicemail' || state === 'transferred' ? 'completed' : state
}

/** Somebody's own dialler, as our documentation asks for it. */
export const startFakeHttp = async (): Promise<FakeProvider> => {
  const webhook = new Webhook(secret)
  const { calls, controls, take, tell } = openBook<TheirCall>()

  const json = (body: unknown, status = 200) => Response.json(body, { status })
  const say = (callId: string, state: CallState) => ({
    call_id: callId,
    status: statusOf(state),
    from: '+15550001111',
    ...(wasTalk(state)
      ? {
          answered_at: '2026-01-15T12:00:05.000Z',
          answered_by: state === 'voicemail' ? 'machine' : 'human',
          reason_code: state === 'voicemail' || state === 'transferred' ? state : null,
          summary: details.summary,
          transcript: details.transcript,
          duration_seconds: 42,
          cost_cents: 17,
          currency: 'USD',
          analysis: { plan: 'pro' },
          recording_url: `${server.url}/recordings/${callId}.wav`,
        }
      : {}),
  })

  const place = (payload: unknown) =>
    take(order, payload, {
      callIdOf: ({ call_id }) => call_id,
      malformed: () => json({ error: 'bad order' }, 400),
      refused: () => json({ error: 'this number is on the do-not-call list' }, 422),
      full: () => json({ error: 'all lines are in use' }, 429),
      made: ({ call_id: callId }) => {
        const id = `dial_${callId.slice(-6)}`
        return { call: { id, state: 'ringing', ended: false }, answer: () => json({ id }, 201) }
      },
    })

  const answerTo = (payload: unknown) => {
    const { type, call_id = '' } = question.parse(payload)
    if (type === 'check') return json({ ok: true })
    const call = calls.get(call_id)
    if (!call) return json({ error: 'unknown call' }, 404)
    if (type === 'call.end') call.ended = true
    return json(tell(call, { id: call.id, ...say(call_id, call.state) }))
  }

  const server = await serveFake((request, body) => {
    const { headers, url } = request
    if (/\/recordings\/[\w-]+\.wav$/.test(url)) return serveAudio(request, 'application/octet-stream')
    try {
      webhook.verify(body, Object.fromEntries(headers))
    } catch (error) {
      // Our clock stands still in tests, so that only the time may be off.
      if (!/timestamp/.test(String(error))) return json({ error: 'bad signature' }, 401)
    }
    const payload = JSON.parse(body) as { type?: string }
    return payload.type === 'call.place' ? place(payload) : answerTo(payload)
  })

  return {
    kind: http,
    baseUrl: `${server.url}/dial`,
    credentials: { hook_secret: secret },
    agent: { ref: 'sales', fromNumber: '+15550001111' },
    ...controls,
    details,
    analysisOf: () => ({ plan: 'pro' }),
    untold: [],
    lookupByCallId: true,
    hangsUp: true,
    signsTime: true,
    reports: (callId, state, now) => {
      const call = calls.get(callId)
      const said = say(callId, state)
      const body = JSON.stringify(call ? tell(call, said) : said)
      const id = `msg_${crypto.randomUUID()}`
      const headers = {
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now / 1000)),
        'webhook-signature': webhook.sign(id, new Date(now), body),
      }
      return [{ headers, body, search: '' }]
    },
    [Symbol.asyncDispose]: async () => server.close(),
  }
}
