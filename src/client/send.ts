import { type CallgateError, errorOf, unreachable } from './error.ts'
import { windowWaitMs } from './window.ts'

export interface Sending {
  fetch(url: string, init: RequestInit): Promise<Response>
  /** Resolves after that many milliseconds, and rejects as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Wall-clock milliseconds, for a Retry-After with a date. */
  now(): number
  /** A random number from 0 up to 1, for the jitter. */
  random(): number
  /** The most attempts per request. */
  tries: number
  /** The timeout of one attempt. */
  timeoutMs: number
  /** The longest `Retry-After` to wait for; a longer one is an error that names it. */
  longestWaitMs: number
}

export interface ClientRequest {
  /** Takes the body as it comes, rather than as JSON read to its end. */
  asStream?: boolean
  url: string
  init: RequestInit
  signal?: AbortSignal | undefined
  /** Waits for limits as long and as often as needed. */
  patient?: boolean
}

/** A successful response with its whole body: a truncated one counts as none. */
export interface Granted {
  body: Record<string, unknown>
  /** Instead of the body, where it was asked for as it comes. */
  stream?: ReadableStream<Uint8Array> | null
  headers: Headers
}

interface Refused {
  error: CallgateError
  /** The seconds until the window has room again; an earlier retry would be too soon. */
  windowMs: number
}

const firstWaitMs = 1000
const longestBackOffMs = 30_000
/** A longer delay would overflow a timer, which then fires at once. */
const longestTimerMs = 2 ** 31 - 1
/** The jitter, so that clients do not retry in the same moment. */
const jitter = 0.25

/**
 * Sends a request that is safe to repeat: it changes nothing, is idempotent, or has an Idempotency-Key. Retries after
 * 429, 503 and `idempotency_in_flight`, and without a response from callgate. Throws `CallgateError`, or the signal's
 * reason once it aborts.
 */
export const send = async (sending: Sending, request: ClientRequest): Promise<Granted> => {
  let tried = 0
  for (let waits = 0; ; waits++) {
    const result = await tryOnce(sending, request)
    if ('body' in result) return result
    const { error } = result
    const limited = request.patient === true && error.status === 429
    if (!limited) tried++
    if (!isPassing(error) || tried >= sending.tries) throw error
    const waitMs = Math.max(leastWaitMs(error, waits), result.windowMs)
    if (!limited && waitMs > sending.longestWaitMs) throw error
    const jitteredMs = Math.ceil(waitMs * (1 + jitter * sending.random()))
    await sending.sleep(Math.min(jitteredMs, longestTimerMs), request.signal)
  }
}

const tryOnce = async (
  sending: Sending,
  { url, init, signal, asStream = false }: ClientRequest,
): Promise<Granted | Refused> => {
  signal?.throwIfAborted()
  const timeout = new AbortController()
  const timer = setTimeout(() => timeout.abort(), sending.timeoutMs)
  try {
    const response = await sending.fetch(url, {
      ...init,
      redirect: 'manual',
      signal: signal ? AbortSignal.any([signal, timeout.signal]) : timeout.signal,
    })
    if (!response.ok)
      return { error: await errorOf(response, sending.now()), windowMs: windowWaitMs(response.headers) }
    if (asStream) return { body: {}, headers: response.headers, stream: response.body }
    return { body: (await response.json()) as Record<string, unknown>, headers: response.headers }
  } catch (cause) {
    signal?.throwIfAborted()
    return { error: unreachable(cause), windowMs: 0 }
  } finally {
    clearTimeout(timer)
  }
}

/** True where a retry may succeed. A bad gateway's response counts as none; a wrong key stays wrong. */
const isPassing = ({ status, code }: CallgateError) =>
  status === 0 ||
  (status === 429 && code !== 'too_many_invalid_keys') ||
  status === 503 ||
  code === 'idempotency_in_flight' ||
  (code === 'unexpected' && status >= 502)

/**
 * The wait by `Retry-After`, if there is one and it is not a proxy's 0. For `concurrency_limited` it is an estimate:
 * when it proves too short, the wait doubles.
 */
const leastWaitMs = ({ code, retryAfterSeconds }: CallgateError, waits: number) => {
  const backOffMs = Math.min(longestBackOffMs, firstWaitMs * 2 ** waits)
  if (!retryAfterSeconds) return backOffMs
  return Math.max(retryAfterSeconds * 1000, code === 'concurrency_limited' ? backOffMs : 0)
}
