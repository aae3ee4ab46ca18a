// Receives webhooks and verifies them, with Node alone: WEBHOOK_SECRET=whsec_… node receive.mjs [port]
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const key = Buffer.from((process.env.WEBHOOK_SECRET ?? '').replace('whsec_', ''), 'base64')
if (key.length === 0) throw new Error('Set WEBHOOK_SECRET to the signing secret of the webhook.')
const port = Number(process.argv[2] ?? 4000)
const toleranceSeconds = 300
const bodyMostBytes = 1024 * 1024

/** True where callgate signed this body within the last five minutes. */
const isSigned = (headers, body) => {
  const [id, timestamp, signatures] = ['id', 'timestamp', 'signature'].map(
    (name) => headers[`webhook-${name}`],
  )
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= toleranceSeconds)) return false
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
  return String(signatures)
    .split(' ')
    .some((signature) => {
      const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64')
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
}

const server = createServer(async (request, response) => {
  const parts = []
  let size = 0
  for await (const part of request) {
    size += part.length
    if (size > bodyMostBytes) return response.writeHead(413).end()
    parts.push(part)
  }
  const body = Buffer.concat(parts)
  if (!isSigned(request.headers, body)) {
    console.log('rejected: the signature is wrong or too old')
    return response.writeHead(401).end()
  }
  const { event, call_id: callId, status } = JSON.parse(body.toString())
  console.log(['verified:', event, callId, status].filter(Boolean).join(' '))
  response.writeHead(204).end()
})
server.listen(port, '127.0.0.1', () => console.log(`listening on http://127.0.0.1:${server.address().port}`))
