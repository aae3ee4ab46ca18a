/** What a reverse proxy says of a request that it passes on, by the names of the headers; undefined is not sent. */
type Says = (asked: { host: string; scheme: 'http' | 'https' }) => Record<string, string | undefined>

/** A reverse proxy on loopback, as self-hosters put one in front. Without a word of its own about `host`, that is the upstream's. */
export const startProxy = (upstream: string, says: Says, tls?: { cert: string; key: string }) => {
  const scheme = tls ? 'https' : 'http'
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    ...(tls ? { tls } : {}),
    fetch: (request) => {
      const { pathname, search } = new URL(request.url)
      const headers = new Headers(request.headers)
      const host = headers.get('host') ?? ''
      const said = { host: new URL(upstream).host, ...says({ host, scheme }) }
      for (const [name, value] of Object.entries(said)) if (value !== undefined) headers.set(name, value)
      const { method, body } = request
      return fetch(`${upstream}${pathname}${search}`, { method, headers, body, redirect: 'manual' })
    },
  })
  return { port: server.port, [Symbol.dispose]: () => void server.stop(true) }
}
