/**
 * A place before a server, for the programs that ask it from outside: what passes there is a `fetch` of this process, which
 * holds the answers against `/openapi.json`. `meanwhile` may put another in the place of an answer.
 */
export const startPass = (
  url: string,
  meanwhile: (request: Request, answer: Response) => Response = (_, answer) => answer,
) => {
  const pass = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const { pathname, search } = new URL(request.url)
      const headers = new Headers(request.headers)
      headers.delete('host')
      const { method } = request
      const body = method === 'GET' || method === 'HEAD' ? null : await request.text()
      const answer = await fetch(`${url}${pathname}${search}`, { method, headers, body })
      return meanwhile(request, answer)
    },
  })
  return { url: pass.url.origin, [Symbol.asyncDispose]: () => pass.stop(true) }
}
