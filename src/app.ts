import { Elysia } from 'elysia'
import { admin } from './http/admin/index.ts'
import { adminApi } from './http/admin-api/index.ts'
import { docs } from './http/docs/index.tsx'
import { requestContext } from './http/request-context.ts'
import type { Listener, Peer } from './http/address.ts'
import { failure } from './http/failure.ts'
import { health } from './http/health.ts'
import { https } from './http/https.ts'
import { hooks } from './http/hooks/index.ts'
import { leaks } from './http/leaks.ts'
import { openapi } from './http/openapi/index.ts'
import { metrics } from './http/metrics.ts'
import { clientPackage } from './http/client-package/index.ts'
import { createRouteTable, noRoutes, type RouteTable } from './http/route-table.ts'
import { v1 } from './http/v1/index.ts'
import { commandUserHeader } from './operation/wire.ts'
import { commandLineAs } from './people/actor.ts'
import type { Services } from './wiring.ts'

/** The whole HTTP tree, in the order in which a request meets it. */
export const createApp = (services: Services) => {
  const routes: RouteTable = {
    allow: (path) => table.allow(path),
    patternOf: (path) => table.patternOf(path),
  }
  // Not Elysia's own, a getter that it would define anew on the context of every request.
  const server: Listener = { requestIP: (request): Peer => app.server?.requestIP(request) ?? null }
  const app = new Elysia({ name: 'callgate' })
    .use(failure({ ...services, server, routes })) // every refusal, in one shape
    .use(requestContext({ ...services, server, routes })) // request id, URL and Host check; its end is noted
    .use(https({ ...services, server })) // https, where it is required
    .use(health(services)) // /healthz /readyz
    .use(metrics(services)) // /metrics
    .get('/', ({ redirect }) => redirect('/admin', 303)) // the address that people type
    .use(openapi(services)) // /openapi.json
    .use(docs(services)) // /docs: what people read
    .use(clientPackage) // /client: the library for integrators
    .use(v1({ ...services, server })) // /api/v1: admission, then the API
    .use(adminApi({ ...services, actorOf: services.authenticateToken })) // /api/admin/v1: the operations
    .use(leaks(services)) // /leaks: what finders of keys report
    .use(hooks(services)) // /hooks: what providers report
    .use(admin({ ...services, server })) // /admin: the page
  const table = createRouteTable(app.routes)
  return app
}

/** The app behind the data directory's socket. Whoever can open the socket may do everything. */
export const createSocketApp = (services: Services) => {
  const app = new Elysia({ name: 'callgate-socket' })
    .use(failure({ ...services, server: null, routes: noRoutes }))
    .use(requestContext({ ...services, server: null, routes: noRoutes }))
    .use(adminApi({ ...services, actorOf: async ({ request }) => commandLineAs(userIn(request)) }))
  return app
}

/** A note for people, not a proof: whoever can open the socket could give another name. */
const userIn = ({ headers }: Request) => {
  const name = headers.get(commandUserHeader)?.replaceAll('%20', ' ') ?? ''
  return /^[\w.@$%-][\w.@$% -]{0,79}$/.test(name) ? name : 'unknown user'
}
