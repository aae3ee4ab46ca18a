import { readRetryAfter } from './retry-after.ts'

interface Particulars {
  status: number
  code: string
  retryAfterSeconds?: number | undefined
  requestId?: string | undefined
  param?: string | undefined
  docUrl?: string | undefined
  cause?: unknown
}

/** The error of a failed request. `message` is the server's sentence. */
export class CallgateError extends Error {
  override readonly name = 'CallgateError'
  /** The status of the response, 0 without one. */
  readonly status: number
  /**
   * A code of the error table; `unreachable` without a response, `unexpected` for a response that is not callgate's.
   */
  readonly code: string
  readonly retryAfterSeconds: number | undefined
  /** The request id, to quote when you report a problem. */
  readonly requestId: string | undefined
  /** The field or header at fault, if it is a single one. */
  readonly param: string | undefined
  /** The server's documentation of the code. */
  readonly docUrl: string | undefined

  constructor(
    message: string,
    { status, code, retryAfterSeconds, requestId, param, docUrl, cause }: Particulars,
  ) {
    super(message, { cause })
    this.status = status
    this.code = code
    this.retryAfterSeconds = retryAfterSeconds
    this.requestId = requestId
    this.param = param
    this.docUrl = docUrl
  }
}

/** Makes the error of a response, which may come from any proxy in between. */
export const errorOf = async (response: Response, now: number): Promise<CallgateError> => {
  const body: unknown = await response.json().catch(() => undefined)
  const { error, code, param, doc_url } = (typeof body === 'object' && body !== null ? body : {}) as Record<
    string,
    unknown
  >
  return new CallgateError(typeof error === 'string' ? error : `The server answered ${response.status}.`, {
    status: response.status,
    code: typeof code === 'string' ? code : 'unexpected',
    retryAfterSeconds: readRetryAfter(response.headers.get('retry-after'), now),
    requestId: response.headers.get('x-request-id') ?? undefined,
    param: typeof param === 'string' ? param : undefined,
    docUrl: typeof doc_url === 'string' ? doc_url : undefined,
  })
}

export const unreachable = (cause: unknown) =>
  new CallgateError('The server could not be reached, or its answer was lost.', {
    status: 0,
    code: 'unreachable',
    cause,
  })
