import { Webhook } from 'standardwebhooks'
import { z } from 'zod'
import { http } from '../../../src/providers/http.ts'
import { badAnswer, type Behaviour, type FakeProvider, type Standing } from './fake.ts'
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
  type: z.enum(['call.ask', 'call.end', 'check']),
  call_id: z.guid().optional(),
  id: z.string().nullable().optional(),
})

interface TheirCall {
  id: string
  standing: Standing
  ended: boolean
}

const tells = {
  summary: 'They want a demo.',
  transcript: [{ role: 'agent', content: 'Hello!' }],
  durationSeconds: 42,
  costCents: 17,
}

/** Somebody's own dialler, as our documentation asks for it. */
export const startFakeHttp = async (): Promise<FakeProvider> => {
  const webhook = new Webhook(secret)
  const calls = new Map<string, TheirCall>()
  const creates = new Map<string, number>()
  const complaints: string[] = []
  let next: Behaviour = 'accept'

  const json = (body: unknown, status = 200) => Response.json(body, { status })
  const say = (callId: string, standing: Standing) => ({
    call_id: callId,
    status: standing === 'answered' ? 'in_progress' : standing,
    ...(standing === 'completed'
      ? { summary: tells.summary, transcript: tells.transcript, duration_seconds: 42, cost_cents: 17 }
      : {}),
  })

  const place = (payload: unknown) => {
    const behaviour = next
    next = 'accept'
    const wanted = order.safeParse(payload)
    if (!wanted.success) {
      complaints.push(wanted.error.message)
      return json({ error: 'bad order' }, 400)
    }
    if (behaviour === 'refuse') return json({ error: 'this number is on the do-not-call list' }, 422)
    if (behaviour === 'no capacity') return json({ error: 'all lines are in use' }, 429)
    const bad = badAnswer(behaviour)
    if (bad) return bad
    const { call_id } = wanted.data
    creates.set(call_id, (creates.get(call_id) ?? 0) + 1)
    calls.set(call_id, { id: `dial_${call_id.slice(-6)}`, standing: 'ringing', ended: false })
    return behaviour === 'reset after accepting' ? 'reset' : json({ id: calls.get(call_id)?.id }, 201)
  }

  const answerTo = (payload: unknown) => {
    const { type, call_id = '' } = question.parse(payload)
    if (type === 'check') return json({ ok: true })
    const call = calls.get(call_id)
    if (!call) return json({ error: 'unknown call' }, 404)
    if (type === 'call.end') call.ended = true
    return json({ id: call.id, ...say(call_id, call.standing) })
  }

  const server = await serveFake(({ headers }, body) => {
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
    complaints,
    tells,
    findsByOurId: true,
    hangsUp: true,
    signsTime: true,
    behave: (behaviour) => (next = behaviour),
    createsOf: (callId) => creates.get(callId) ?? 0,
    wasEnded: (callId) => calls.get(callId)?.ended ?? false,
    move: (callId, standing) => {
      const call = calls.get(callId)
      if (call) call.standing = standing
    },
    reports: (callId, standing, now) => {
      const body = JSON.stringify(say(callId, standing))
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
