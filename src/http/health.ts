import { Elysia } from 'elysia'
import type { Clock } from '../clock.ts'

interface HealthDeps {
  /** Throws when the database cannot be read or written now. */
  checkStorage(): void
  clock: Pick<Clock, 'monotonic'>
  /** The name of this process. */
  instance: string
}

const healthPaths = new Set(['/healthz', '/readyz'])

/** True for the health checks of load balancers. HAProxy sends `OPTIONS /` when it is given no path. */
export const isHealthCheck = (method: string, path: string) =>
  healthPaths.has(path) || (method === 'OPTIONS' && path === '/')

/** The database is asked at most this often, so that no number of probes takes time from other requests. */
const checkEveryMs = 1000

/**
 * `/healthz`: the process responds. `/readyz`: so does the database; names the process. `OPTIONS /` counts as
 * `/readyz`.
 */
export const health = ({ checkStorage, clock, instance }: HealthDeps) => {
  const requireReady = atMostEvery(checkEveryMs, clock, checkStorage)
  return new Elysia({ name: 'health' })
    .get('/healthz', () => ({ status: 'ok' }))
    .options('/healthz', ({ set }) => allowing(set))
    .get('/readyz', () => {
      requireReady()
      return { status: 'ready', instance }
    })
    .options('/readyz', ({ set }) => {
      requireReady()
      return allowing(set)
    })
    .options('/', ({ set }) => {
      requireReady()
      return allowing(set)
    })
}

/** Repeats the last result of a check, also an error, until the interval is over. */
const atMostEvery = (intervalMs: number, clock: HealthDeps['clock'], check: () => void) => {
  let last: { at: number; error: unknown } | undefined
  return () => {
    const now = clock.monotonic()
    if (last === undefined || now - last.at >= intervalMs) last = { at: now, error: errorOf(check) }
    if (last.error !== undefined) throw last.error
  }
}

const errorOf = (check: () => void): unknown => {
  try {
    return void check()
  } catch (error) {
    return error
  }
}

/** RFC 9110 §9.3.7: the methods of the path, and no body. */
const allowing = (set: { status?: number | string; headers: Record<string, string | number> }) => {
  set.status = 204
  set.headers.allow = 'GET, HEAD, OPTIONS'
}
