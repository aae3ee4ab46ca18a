/** A dialler for the `http` provider that places no calls. Run: HOOK_SECRET=whsec_… PORT=8080 bun dialler.ts */
import { Webhook } from 'standardwebhooks'

const { HOOK_SECRET = '', PORT = '8080' } = process.env
const webhook = new Webhook(HOOK_SECRET)
const calls = new Map<string, { id: string; call_id: string; status: string }>()
const endings: Record<string, string> = { ringing: 'canceled', in_progress: 'completed' }

/** Put your telephony here. This rings for one second and talks for three, and reports each step until the call ends. */
const dial = async (call: { status: string }, reportTo: string) => {
  for (const status of ['ringing', 'in_progress', 'completed']) {
    if (!endings[call.status]) return
    call.status = status
    const [id, now, body] = [`msg_${crypto.randomUUID()}`, new Date(), JSON.stringify(call)]
    const [time, signature] = [String(Math.floor(now.getTime() / 1000)), webhook.sign(id, now, body)]
    const headers = { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature }
    await fetch(reportTo, { method: 'POST', headers, body }).catch(() => {}) // if it is lost, callgate asks
    await Bun.sleep(status === 'ringing' ? 1000 : 3000)
  }
}

const take = async (request: Request) => {
  const body = await request.text()
  try {
    webhook.verify(body, Object.fromEntries(request.headers))
  } catch {
    return Response.json({ error: 'Invalid signature.' }, { status: 401 })
  }
  const { type, call_id = '', report_to = '' } = JSON.parse(body) as Record<string, string>
  if (type === 'check') return Response.json({ ok: true })
  if (type === 'call.place') calls.set(call_id, { id: `dial_${call_id}`, call_id, status: 'ringing' })
  const call = calls.get(call_id)
  if (!call) return Response.json({ error: 'No such call.' }, { status: 404 })
  if (type === 'call.place') void dial(call, report_to)
  if (type === 'call.end') call.status = endings[call.status] ?? call.status
  return Response.json(call)
}
const server = Bun.serve({ hostname: '127.0.0.1', port: PORT, fetch: take })
process.stdout.write(`dialler at ${server.url.origin}\n`)
