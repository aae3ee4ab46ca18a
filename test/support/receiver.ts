import { Webhook } from 'standardwebhooks'

interface Received {
  id: string
  timestamp: number
  signatures: string[]
  body: Record<string, unknown>
  /** Whether the official package takes it for genuine. */
  verified: boolean
}

type Answer = (received: Received) => Response | Promise<Response>

/** An integrator's webhook endpoint on loopback: it keeps what came, verified, and answers by script. */
export const startReceiver = (answer: Answer = () => new Response('thanks')) => {
  const received: Received[] = []
  let secret = ''
  let script = answer
  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const text = await request.text()
      const one = {
        id: request.headers.get('webhook-id') ?? '',
        timestamp: Number(request.headers.get('webhook-timestamp')),
        signatures: (request.headers.get('webhook-signature') ?? '').split(' '),
        body: JSON.parse(text) as Record<string, unknown>,
        verified: isGenuine(secret, text, request.headers),
      }
      received.push(one)
      return await script(one)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    received,
    events: () => received.map(({ body }) => body.event),
    expect: (expected: string) => (secret = expected),
    answer: (next: Answer) => (script = next),
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}

/** The package compares the time of signing with the system's clock: ours may stand still elsewhere. */
const isGenuine = (secret: string, text: string, headers: Headers) => {
  if (secret === '') return false
  const id = headers.get('webhook-id') ?? ''
  const signedAt = new Date(Number(headers.get('webhook-timestamp')) * 1000)
  const expected = new Webhook(secret).sign(id, signedAt, text)
  return (headers.get('webhook-signature') ?? '').split(' ').includes(expected)
}
