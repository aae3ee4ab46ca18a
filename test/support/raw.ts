import { connect } from 'node:net'
import { hold } from './conformance.ts'

interface Manner {
  patienceMs?: number
  /** The address to come from, where not any. */
  localAddress?: string
  /** Resets the connection as soon as all is written. */
  reset?: boolean
}

/**
 * Sends bytes as they are, and gives what comes back until the connection ends, but for encouragements to send a body. Ends
 * it itself where the server does not in time.
 */
export const sendRaw = async (
  url: string,
  bytes: string,
  { patienceMs = 15_000, localAddress, reset = false }: Manner = {},
) => {
  const received = await new Promise<string>((resolve) => {
    const place = { host: '127.0.0.1', port: Number(new URL(url).port) }
    const socket = connect(localAddress === undefined ? place : { ...place, localAddress })
    let text = ''
    const end = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(text.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', ''))
    }
    const timer = setTimeout(end, patienceMs)
    socket.on('data', (chunk) => (text += chunk.toString('latin1'))).on('close', end)
    socket.on('error', end)
    socket.write(bytes, 'latin1', () => reset && socket.resetAndDestroy())
  })
  await holdRaw(bytes, received)
  return received
}

/** Holds what came back for these bytes against `/openapi.json`: each answer as that to the request of its place. */
export const holdRaw = async (sent: string, received: string) => {
  const requests = [...sent.matchAll(/([A-Z]+) (\S+) HTTP\/1\.[01]\r?\n/g)]
  for (const [at, text] of received.split(answerStart).entries()) {
    const [, method = '', target = ''] = requests[at] ?? []
    const response = parseAnswer(text, method)
    if (response) await hold(method, target, response)
  }
}

const answerStart = /(?=HTTP\/1\.1 \d{3} )/

/** Undefined for an answer that was cut, and for Bun's own to what it cannot read: a bare status, before anything of ours. */
const parseAnswer = (text: string, method: string) => {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s)
  const headers = new Headers(
    head
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(/: ?(.*)/s, 2) as [string, string]),
  )
  const length = Number(headers.get('content-length') ?? 0)
  const isCut = !text.includes('\r\n\r\n') || (method !== 'HEAD' && body.length < length)
  const isBare = [400, 431, 505].includes(statusOf(text)) && body === '' && !headers.has('x-request-id')
  if (isCut || isBare) return undefined
  return new Response(body === '' ? null : Buffer.from(body, 'latin1'), { status: statusOf(text), headers })
}

/** The status of the first answer in what came back; NaN where there is none. */
export const statusOf = (received: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1] ?? Number.NaN)

/** How many answers came back. */
export const answersIn = (received: string) => received.split(/HTTP\/1\.1 \d{3} /).length - 1
