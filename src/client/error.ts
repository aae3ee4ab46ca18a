import { readRetryAfter } from './retry-after.ts'

interface Particulars {
  status: number
  code: string
  retryAfterSeconds?: number | undefined
  requestId?: string | undefined
  cause?: unknown
}

/** Why a request was not granted. `message` is the sentence that the server said. */
export class CallgateError extends Error {
  override readonly name = 'CallgateError'
  /** The answer's status, 0 when there was no answer. */
  readonly status: number
  /** One of the codes of the table of errors; `unreachable` without an answer, `unexpected` when it was nobody's we know. */
  readonly code: string
  readonly retryAfterSeconds: number | undefined
  /** What to quote when reporting it. */
  readonly requestId: string | undefined

  constructor(message: string, { status, code, retryAfterSeconds, requestId, cause }: Particulars) {
    super(message, { cause })
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
    this.requestId = requestId
  }
}

/** The error that a refused answer stands for. What is between us and the server may answer with anything. */
export const errorOf = async (response: Response, now: number): Promise<CallgateError> => {
  const body: unknown = await response.json().catch(() => undefined)
  const { error, code } = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
  return new CallgateError(typeof error === 'string' ? error : `The server answered ${response.status}.`, {
    status: response.status,
    code: typeof code === 'string' ? code : 'unexpected',
    retryAfterSeconds: readRetryAfter(response.headers.get('retry-after'), now),
    requestId: response.headers.get('x-request-id') ?? undefined,
  })
}

export const unreachable = (cause: unknown) =>
  new CallgateError('The server could not be reached, or its answer was lost.', {
    status: 0,
    code: 'unreachable',
    cause,
  })
