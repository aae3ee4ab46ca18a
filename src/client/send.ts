import { type CallgateError, errorOf, unreachable } from './error.ts'
import { windowWaitMs } from './window.ts'

export interface Sending {
  fetch(url: string, init: RequestInit): Promise<Response>
  /** Resolves after so many milliseconds, and rejects as soon as the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Wall-clock milliseconds: tells how far away a date is. */
  now(): number
  /** From 0 up to 1: spreads the waits. */
  random(): number
  /** How often a request is sent at most. */
  tries: number
  /** How long one try may take. */
  timeoutMs: number
  /** The longest `Retry-After` that is waited for; a longer one is an error that says it. */
  longestWaitMs: number
}

export interface ClientRequest {
  /** Takes the body as it comes, rather than as JSON read to its end. */
  asStream?: boolean
  url: string
  init: RequestInit
  signal?: AbortSignal | undefined
  /** Waits for as long and as often as a limit asks for. */
  patient?: boolean
}

/** An answer that was granted, read to its end: one that breaks off is as good as none. */
export interface Granted {
  body: Record<string, unknown>
  /** Instead of the body, where it was asked for as it comes. */
  stream?: ReadableStream<Uint8Array> | null
  headers: Headers
}

interface Refused {
  error: CallgateError
  /** How long the window is full: whatever it was refused for, sooner is too soon. */
  windowMs: number
}

const firstWaitMs = 1000
const longestBackOffMs = 30_000
/** Timers take a longer wait for none at all. */
const longestTimerMs = 2 ** 31 - 1
/** How much longer than needed a wait may be, so that clients do not come back in the same moment. */
const jitter = 0.25

/**
 * Sends a request that may be sent again: it changes nothing, can be done twice, or carries an Idempotency-Key. Tries again
 * after 429, 503 and `idempotency_in_flight`, and where no answer of the server's came. Throws `CallgateError`, or the
 * signal's reason once it aborts.
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

/** Whether it may be otherwise the next time. A bad gateway's answer says as little as none; a wrong key stays wrong. */
const isPassing = ({ status, code }: CallgateError) =>
  status === 0 ||
  (status === 429 && code !== 'too_many_invalid_keys') ||
  status === 503 ||
  code === 'idempotency_in_flight' ||
  (code === 'unexpected' && status >= 502)

/** `Retry-After` where there is one; a proxy's 0 says nothing. That of `concurrency_limited` is an estimate: one that proves too short is doubled. */
const leastWaitMs = ({ code, retryAfterSeconds }: CallgateError, waits: number) => {
  const backOffMs = Math.min(longestBackOffMs, firstWaitMs * 2 ** waits)
  if (!retryAfterSeconds) return backOffMs
  return Math.max(retryAfterSeconds * 1000, code === 'concurrency_limited' ? backOffMs : 0)
}
