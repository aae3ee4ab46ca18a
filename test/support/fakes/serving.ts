import { serveFake } from './serve.ts'

interface Seen {
  method: string
  path: string
  headers: Headers
  body: string
}
type Answer = Response | ((seen: Seen, url: string) => Response)

/** A server that answers the same, or as it is told, and remembers what it was asked. */
export const serving = async (answer: Answer) => {
  const seen: Seen[] = []
  let url = ''
  const server = await serveFake(({ method, headers, url: address }, body) => {
    const { pathname, search } = new URL(address)
    const one = { method, path: `${pathname}${search}`, headers, body }
    seen.push(one)
    return typeof answer === 'function' ? answer(one, url) : answer.clone()
  })
  url = server.url
  return { url, seen, [Symbol.dispose]: () => server.close() }
}

/** A provider whose other side answers everything alike, and what it was asked. */
export const answering = async <Provider>(
  connectTo: (url: string) => Provider,
  status: number,
  body?: unknown,
) => {
  const server = await serving(
    body === undefined ? new Response(null, { status }) : Response.json(body, { status }),
  )
  const asked = () => server.seen.map(({ method, path }) => `${method} ${path}`)
  return { ...server, provider: connectTo(server.url), asked }
}

export const json = (body: unknown, status = 200) => Response.json(body, { status })
