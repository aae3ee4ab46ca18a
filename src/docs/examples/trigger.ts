/** Triggers a call for each number. Needs CALLGATE_URL and CALLGATE_KEY. */
const { CALLGATE_URL: url = '', CALLGATE_KEY: key = '' } = process.env

interface Order {
  phone_number: string
  agent_id?: string
  name?: string
  email?: string
  metadata?: Record<string, unknown>
}

const sleep = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1000))
const retriable = new Set([409, 429, 503])

/** Seconds to wait: Retry-After (RFC 9110: seconds or a date), at most an hour; else exponential backoff. */
const waitSeconds = (retryAfter: string, attempt: number) => {
  const isDate = /^[A-Z][a-z]+,? .*\d\d:\d\d:\d\d/.test(retryAfter)
  const date = isDate ? Date.parse(retryAfter.replace(/ \d{4}$/, '$& GMT')) : NaN
  const seconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : (date - Date.now()) / 1000
  return seconds > 0 ? Math.min(3600, seconds) : Math.min(30, 2 ** attempt)
}

/** Sends one attempt. Resolves to undefined if there was no response. */
const send = (order: Order, idempotencyKey: string) =>
  fetch(`${url}/api/v1/calls/trigger`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': idempotencyKey,
    },
    body: JSON.stringify(order),
    signal: AbortSignal.timeout(30_000),
  }).catch(() => undefined)

/** Triggers one call. All attempts share one Idempotency-Key, so that nobody is called twice. */
export const trigger = async (order: Order, idempotencyKey = crypto.randomUUID() as string, tries = 8) => {
  for (let attempt = 0; ; attempt++) {
    const response = await send(order, idempotencyKey)
    const body = (await response?.json().catch(() => undefined)) as Record<string, string> | undefined
    if (response?.ok && body?.call_id) return { callId: body.call_id, headers: response.headers }
    if ((response && !response.ok && !retriable.has(response.status)) || attempt + 1 >= tries)
      throw new Error(`${response?.status ?? 'no response'} ${body?.code ?? ''}: ${body?.error ?? ''}`)
    const seconds = waitSeconds(response?.headers.get('retry-after') ?? '', attempt)
    await sleep(seconds * (1 + Math.random() / 4))
  }
}

/** Triggers many calls. When the window is used up, waits until its oldest request leaves it. */
export async function* triggerAll(orders: Order[]) {
  let limits = ''
  for (const order of orders) {
    const full = /"permin";r=0;t=(\d+)/.exec(limits)
    if (full) await sleep(Number(full[1]))
    try {
      const { callId, headers } = await trigger(order)
      limits = headers.get('ratelimit') ?? ''
      yield { order, callId }
    } catch (error) {
      yield { order, error }
    }
  }
}

const orders = process.argv.slice(2).map((phone_number) => ({ phone_number }))
for await (const { order, callId, error } of triggerAll(orders)) {
  if (callId === undefined) process.exitCode = 1
  if (callId === undefined) console.error(`${order.phone_number}: ${String(error)}`)
  else console.log(callId)
}
