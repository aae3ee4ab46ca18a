import { Elysia } from 'elysia'

const healthPaths = new Set(['/healthz', '/readyz'])

/** True for the health checks of load balancers. HAProxy sends `OPTIONS /` when it is given no path. */
export const isHealthCheck = (method: string, path: string) =>
  healthPaths.has(path) || (method === 'OPTIONS' && path === '/')

/**
 * `/healthz`: the process responds. `/readyz`: so does the database; names the process. `OPTIONS /` counts as
 * `/readyz`.
 */
export const health = ({ checkStorage, instance }: { checkStorage(): void; instance: string }) =>
  new Elysia({ name: 'health' })
    .get('/healthz', () => ({ status: 'ok' }))
    .options('/healthz', ({ set }) => allowing(set))
    .get('/readyz', () => {
      checkStorage()
      return { status: 'ready', instance }
    })
    .options('/readyz', ({ set }) => {
      checkStorage()
      return allowing(set)
    })
    .options('/', ({ set }) => {
      checkStorage()
      return allowing(set)
    })

/** RFC 9110 §9.3.7: the methods of the path, and no body. */
const allowing = (set: { status?: number | string; headers: Record<string, string | number> }) => {
  set.status = 204
  set.headers.allow = 'GET, HEAD, OPTIONS'
}
