interface Row {
  status: number
  sentence: string
}

/** Every refusal the API can give. `{detail}` and `{seconds}` are filled by the failure; nothing of the input ever is. */
export const failures = {
  https_required: {
    status: 403,
    sentence:
      'This server takes https only. What was sent over http could be read on the way: rotate a key that was.',
  },
  invalid_host: { status: 400, sentence: 'The request needs exactly one valid Host header.' },
  missing_key: { status: 401, sentence: 'No API key. Send the header Authorization: Bearer bvai_sk_…' },
  wrong_scheme: {
    status: 401,
    sentence:
      'The Authorization header must use the Bearer scheme: Authorization: Bearer, a space, and the key or token.',
  },
  malformed_key: { status: 401, sentence: 'The API key is malformed: {detail}.' },
  invalid_key: { status: 401, sentence: 'Invalid API key' },
  rotated_key: { status: 401, sentence: 'Invalid API key. It was replaced on {detail}.' },
  missing_admin_token: {
    status: 401,
    sentence: 'No admin token. Send the header Authorization: Bearer bvai_admin_…',
  },
  invalid_admin_token: { status: 401, sentence: 'The admin token is not valid: {detail}.' },
  wrong_credential: { status: 401, sentence: '{detail}' },
  permission_required: { status: 403, sentence: 'This admin token lacks the permission {detail}.' },
  key_in_url: {
    status: 400,
    sentence:
      'An API key was sent in the URL. URLs end up in logs: rotate that key, and send it in the Authorization header.',
  },
  access_disabled: {
    status: 403,
    sentence: 'API access is disabled. Enable it in Integrations → API & Webhooks.',
  },
  agency_suspended: {
    status: 403,
    sentence: 'This agency account is suspended. Contact whoever runs this callgate.',
  },
  plan_required: { status: 403, sentence: 'API access requires the Agency plan.' },
  wrong_agency: { status: 403, sentence: 'The {detail} belongs to another agency account.' },
  rate_limited: { status: 429, sentence: 'Rate limit exceeded. Retry after {seconds} seconds.' },
  concurrency_limited: {
    status: 429,
    sentence: 'Concurrent call limit exceeded. Retry after {seconds} seconds.',
  },
  too_many_invalid_keys: {
    status: 429,
    sentence: 'Too many invalid API keys from this address. Retry after {seconds} seconds.',
  },
  invalid_phone_number: { status: 400, sentence: 'Invalid phone number format' },
  agent_not_found: { status: 400, sentence: 'Agent not found' },
  no_agent: { status: 400, sentence: 'No agent specified and no default agent configured' },
  invalid_body: { status: 400, sentence: 'Invalid request body: {detail}.' },
  invalid_json: { status: 400, sentence: 'The request body is not valid JSON: {detail}.' },
  invalid_query: { status: 400, sentence: 'Invalid query: {detail}.' },
  invalid_idempotency_key: {
    status: 400,
    sentence:
      'The Idempotency-Key must be 1 to 255 printable ASCII characters, bare or quoted, and no API key.',
  },
  idempotency_mismatch: {
    status: 422,
    sentence: 'This Idempotency-Key was used with another request body. Use a new key for a new call.',
  },
  idempotency_in_flight: {
    status: 409,
    sentence:
      'The first request with this Idempotency-Key is still in flight. Retry after {seconds} seconds.',
  },
  unsupported_media_type: { status: 415, sentence: 'The Content-Type must be application/json.' },
  unsupported_encoding: {
    status: 415,
    sentence: 'Compressed request bodies are not accepted. Send the body without a Content-Encoding.',
  },
  body_too_slow: { status: 408, sentence: 'The request body did not arrive within {detail} seconds.' },
  body_too_large: { status: 413, sentence: 'The request body is larger than {detail}.' },
  invalid_signature: {
    status: 401,
    sentence: 'The request is not signed by this provider account, or its time is too far from ours.',
  },
  metrics_closed: {
    status: 403,
    sentence:
      'The metrics are shown to this machine alone, until CALLGATE_METRICS_TOKEN or CALLGATE_METRICS_ADDRESS is set.',
  },
  metrics_token_needed: {
    status: 401,
    sentence: 'The metrics need their token. Send the header Authorization: Bearer, and it.',
  },
  not_found: { status: 404, sentence: '{detail}' },
  method_not_allowed: { status: 405, sentence: 'This path does not take that method. Allowed: {detail}.' },
  sign_in_needed: { status: 401, sentence: 'Sign in first.' },
  invalid_input: { status: 400, sentence: '{detail}' },
  conflict: { status: 409, sentence: '{detail}' },
  server_needed: {
    status: 409,
    sentence: 'Only a running server can do that. Start one with: callgate serve',
  },
  key_changed: {
    status: 409,
    sentence:
      'The API key was changed in the meantime, so this request changed nothing. Look at it again first.',
  },
  operator_only: { status: 403, sentence: 'Only an operator can do that. Ask whoever runs this callgate.' },
  last_operator: {
    status: 409,
    sentence: 'The last operator cannot be removed: nobody could let anyone in again. Invite another first.',
  },
  cross_site: {
    status: 403,
    sentence:
      'This form did not come from a page at the address that callgate is served from, so nothing was changed. Behind a proxy, set CALLGATE_PUBLIC_URL to the address in your browser.',
  },
  request_aborted: {
    // nginx's status for a client that closed its request: it is counted and logged, and nobody is left to read it.
    status: 499,
    sentence: 'The connection ended before the request was carried out, so nothing was done.',
  },
  provider_unavailable: {
    status: 502,
    sentence: 'The provider could not be told to hang up. The call goes on; try again.',
  },
  storage_unavailable: {
    status: 503,
    // Not "was not stored": what a failing disk did with it shows only after the next start.
    sentence:
      'The request may not have been stored: use the same Idempotency-Key. Retry after {seconds} seconds.',
  },
  reports_busy: {
    status: 503,
    sentence: 'Too much is being reported at once. Retry after {seconds} seconds.',
  },
  internal: { status: 500, sentence: 'Internal error. Quote the X-Request-Id header when you report it.' },
} as const satisfies Record<string, Row>

export type Reason = keyof typeof failures

interface Particulars {
  /** Public: fills the sentence. Never input. */
  detail?: string
  retryAfterSeconds?: number
  /** Private: for the log only. */
  cause?: unknown
}

/** A refusal with a public face (status, reason, sentence) and a private cause. */
export class ApiError extends Error {
  readonly status: number
  readonly detail: string
  readonly retryAfterSeconds: number | undefined
  /** Private: whose key was refused, where that is known. */
  asker: { id: string; environment: { id: string } } | undefined

  constructor(
    readonly reason: Reason,
    { detail = '', retryAfterSeconds, cause }: Particulars = {},
  ) {
    const { status, sentence } = failures[reason]
    // A refusal is foreseen: a stack would tell nothing, and cost more than all the rest of it.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(sentence.replace('{detail}', () => detail).replace('{seconds}', String(retryAfterSeconds)), {
      cause,
    })
    Error.stackTraceLimit = stackTraceLimit
    this.status = status
    this.detail = detail
    this.retryAfterSeconds = retryAfterSeconds
  }
}

/** Why a command was not carried out, as a sentence for the person who gave it. */
export class CommandError extends Error {
  constructor(
    message: string,
    /** For programs. */
    readonly code = 'refused',
  ) {
    super(message)
  }
}

/** A storage failure is worth one retry soon: a locked file or a full disk either clears quickly or needs a person. */
export const storageUnavailable = (cause: unknown) =>
  new ApiError('storage_unavailable', { retryAfterSeconds: 1, cause })
