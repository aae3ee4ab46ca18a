/** A dialler for the `http` provider that rings nobody. Run: HOOK_SECRET=whsec_… PORT=8080 bun dialler.ts */
import { Webhook } from 'standardwebhooks'

const { HOOK_SECRET = '', PORT = '8080' } = process.env
const webhook = new Webhook(HOOK_SECRET)
const calls = new Map<string, { id: string; call_id: string; status: string }>()
const answer = (body: unknown, status = 200) => Response.json(body, { status })

/** A report that is lost does no harm: the gate asks about a call that it hears nothing of. */
const report = async (to: string, call: unknown) => {
  const [id, now, body] = [`msg_${crypto.randomUUID()}`, new Date(), JSON.stringify(call)]
  const headers = {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': webhook.sign(id, now, body),
  }
  await fetch(to, { method: 'POST', headers, body }).catch(() => {})
}

/** Rings for a second and talks for three, unless the call is ended. Your telephony goes here. */
const dial = async (call: { status: string }, reportTo: string) => {
  for (const status of ['ringing', 'in_progress', 'completed']) {
    if (!['ringing', 'in_progress'].includes(call.status)) return
    call.status = status
    await report(reportTo, call)
    await Bun.sleep(status === 'ringing' ? 1000 : 3000)
  }
}

const take = async (request: Request) => {
  const body = await request.text()
  try {
    webhook.verify(body, Object.fromEntries(request.headers))
  } catch {
    return answer({ error: 'The signature is not right.' }, 401)
  }
  const { type, call_id = '', report_to = '' } = JSON.parse(body) as Record<string, string>
  if (type === 'check') return answer({ ok: true })
  if (type === 'call.place') {
    const call = { id: `dial_${crypto.randomUUID()}`, call_id, status: 'ringing' }
    calls.set(call_id, call)
    void dial(call, report_to)
    return answer({ id: call.id }, 201)
  }
  const call = calls.get(call_id)
  if (type === 'call.end' && call?.status === 'ringing') call.status = 'canceled'
  if (type === 'call.end' && call?.status === 'in_progress') call.status = 'completed'
  return call ? answer(call) : answer({ error: 'No such call.' }, 404)
}

const server = Bun.serve({ hostname: '127.0.0.1', port: PORT, fetch: take })
process.stdout.write(`dialler at ${server.url.origin}\n`)
