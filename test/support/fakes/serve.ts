import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'

/** A handler's control of the connection: cut it, or send half of the announced response. */
type Outcome = Response | 'reset' | 'half'
type Handler = (request: Request, body: string) => Outcome | Promise<Outcome>

/** A server on loopback whose handler may misbehave below HTTP. */
export const serveFake = async (handle: Handler) => {
  const server = createServer(async (incoming, outgoing) => {
    outgoing.on('error', () => {})
    const { request, body } = await read(incoming)
    carryOut(await handle(request, body), incoming, outgoing)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const read = async (incoming: IncomingMessage) => {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const headers = new Headers(incoming.headers as Record<string, string>)
  const url = `http://${incoming.headers.host}${incoming.url}`
  return {
    request: new Request(url, { method: incoming.method ?? 'GET', headers }),
    body: Buffer.concat(chunks).toString('utf8'),
  }
}

const carryOut = (outcome: Outcome, incoming: IncomingMessage, outgoing: ServerResponse) => {
  if (outcome === 'reset') incoming.socket.resetAndDestroy()
  else if (outcome === 'half') {
    outgoing.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
    outgoing.write('{"id":')
    incoming.socket.end()
  } else {
    outgoing.writeHead(outcome.status, Object.fromEntries(outcome.headers))
    if (outcome.body) Readable.from(outcome.body).pipe(outgoing)
    else outgoing.end()
  }
}
