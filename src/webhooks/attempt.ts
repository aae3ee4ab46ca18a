import type { Clock } from '../clock.ts'
import type { OutgoingLimiter } from '../outgoing/limiter.ts'
import { readRetryAfter } from '../outgoing/retry-after.ts'
import type { Send } from '../outgoing/send.ts'
import type { Attempt, Delivery } from './delivery.ts'
import { signedHeaders } from './secret.ts'

/** The endpoint of an environment, as far as its attempts need it. */
export interface AttemptedEndpoint {
  url: string
  environmentId: string
  agencyId: string
}

interface AttemptDeps {
  send: Send
  limiter: Pick<OutgoingLimiter, 'run'>
  clock: Clock
}

const timeoutMs = 10_000
/** The most bytes of a response that are kept for people to see. */
const keptBytes = 500

/**
 * Delivers an event once. Standard Webhooks 1.0.0: 2xx is success, a redirect is a failure and not followed, 410 means
 * that the endpoint wants no more.
 */
export const attempt = (
  deps: AttemptDeps,
  endpoint: AttemptedEndpoint,
  secrets: readonly string[],
  delivery: Pick<Delivery, 'id' | 'payload'>,
): Promise<Attempt> => {
  const { agencyId, environmentId: destination, url } = endpoint
  const turn = { agencyId, destination, isPlacing: false }
  return deps.limiter.run(turn, () => attemptNow(deps, url, secrets, delivery))
}

const attemptNow = async (
  { send, clock }: AttemptDeps,
  url: string,
  secrets: readonly string[],
  { id, payload }: Pick<Delivery, 'id' | 'payload'>,
): Promise<Attempt> => {
  const begunAt = clock.monotonic()
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'callgate',
    ...signedHeaders(secrets, id, clock.now(), payload),
  }
  const result = await send(url, {
    method: 'POST',
    headers,
    body: payload,
    timeoutMs,
    limitBytes: keptBytes,
    beyondLimit: 'cut',
  })
  const tookMs = Math.round(clock.monotonic() - begunAt)
  if (result.kind !== 'answered') {
    const error = `${result.kind === 'unsent' ? 'The endpoint' : 'The endpoint did not respond:'} ${result.reason}.`
    return { verdict: 'failed', status: null, answer: null, error, retryAfterMs: 0, tookMs }
  }
  const { status, headers: answered, body } = result
  return {
    verdict: status >= 200 && status < 300 ? 'delivered' : status === 410 ? 'gone' : 'failed',
    status,
    answer: readable(body),
    error: status >= 200 && status < 300 ? null : sentenceFor(status),
    retryAfterMs: (readRetryAfter(answered.get('retry-after'), clock.now()) ?? 0) * 1000,
    tookMs,
  }
}

const sentenceFor = (status: number) => {
  if (status === 410) return 'The endpoint responded with 410 Gone: it accepts no more events.'
  return status >= 300 && status < 400
    ? `The endpoint responded with ${status}. Redirects are not followed.`
    : `The endpoint responded with ${status}.`
}

const readable = (bytes: Uint8Array) =>
  new TextDecoder()
    .decode(bytes)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
