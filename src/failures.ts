interface Row {
  status: number
  sentence: string
  /** The field at fault, where it is always the same. */
  param?: string
}

/** Every error of the API. `{detail}` and `{seconds}` are filled when it is created; nothing of the input ever is. */
export const failures = {
  https_required: {
    status: 403,
    sentence:
      'This server accepts only https. A key that you sent over http could have been read on the way: rotate it.',
  },
  invalid_host: { status: 400, sentence: 'The request must have exactly one valid Host header.' },
  misdirected_request: {
    status: 421,
    sentence:
      'callgate is not served under this host name. Use the one in CALLGATE_PUBLIC_URL, and pass on the Host header.',
  },
  url_too_long: { status: 414, sentence: 'The URL is longer than 8 KB.' },
  missing_key: { status: 401, sentence: 'No API key. Send the header Authorization: Bearer bvai_sk_…' },
  wrong_scheme: {
    status: 401,
    sentence:
      'The Authorization header must use the Bearer scheme: "Authorization: Bearer", a space, and the key or token.',
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
  permission_required: { status: 403, sentence: 'This admin token does not have the permission {detail}.' },
  key_in_url: {
    status: 400,
    sentence:
      'An API key was sent in the URL. URLs end up in logs: rotate the key, and send it in the Authorization header.',
  },
  access_disabled: {
    status: 403,
    sentence: 'API access is disabled. Enable it in Integrations → API & Webhooks.',
  },
  access_locked: { status: 403, sentence: '{detail}' },
  agency_suspended: {
    status: 403,
    sentence: 'This agency is suspended. Contact the operator of this server.',
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
  too_many_invalid_signatures: {
    status: 429,
    sentence: 'Too many invalid signatures from this address. Retry after {seconds} seconds.',
  },
  recordings_limited: {
    status: 429,
    sentence: 'Too many recordings are being downloaded. Retry after {seconds} seconds.',
  },
  invalid_phone_number: { status: 400, sentence: 'Invalid phone number format', param: 'phone_number' },
  destination_not_allowed: { status: 403, sentence: 'This number must not be called: {detail}.' },
  do_not_call: { status: 403, sentence: 'This number is on a do-not-call list.' },
  outside_calling_hours: { status: 403, sentence: 'Outside the calling hours: {detail}.' },
  consent_required: {
    status: 403,
    sentence: 'This environment places only calls with consent. Send the field consent.',
  },
  destination_limited: {
    status: 429,
    sentence: 'This number was called too often. Retry after {seconds} seconds.',
  },
  budget_exceeded: { status: 402, sentence: 'The budget is used up: {detail}.' },
  agent_not_found: { status: 400, sentence: 'Agent not found', param: 'agent_id' },
  no_agent: {
    status: 400,
    sentence: 'No agent specified and no default agent configured',
    param: 'agent_id',
  },
  invalid_body: { status: 400, sentence: 'Invalid request body: {detail}.' },
  invalid_json: { status: 400, sentence: 'The request body is not valid JSON: {detail}.' },
  invalid_query: { status: 400, sentence: 'Invalid query: {detail}.' },
  invalid_idempotency_key: {
    status: 400,
    param: 'Idempotency-Key',
    sentence:
      'The Idempotency-Key must be 1 to 255 printable ASCII characters, optionally quoted, and must not contain an API key.',
  },
  idempotency_mismatch: {
    status: 422,
    sentence: 'This Idempotency-Key was used with a different request body. Use a new one for a new call.',
  },
  idempotency_in_flight: {
    status: 409,
    sentence:
      'The first request with this Idempotency-Key is still in progress. Retry after {seconds} seconds.',
  },
  unsupported_media_type: { status: 415, sentence: 'The Content-Type must be application/json.' },
  unsupported_encoding: {
    status: 415,
    sentence: 'Compressed request bodies are not supported. Send the body without a Content-Encoding header.',
  },
  body_too_slow: { status: 408, sentence: 'The request body did not arrive within {detail} seconds.' },
  body_too_large: { status: 413, sentence: 'The request body is larger than {detail}.' },
  invalid_signature: {
    status: 401,
    sentence: 'The signature is invalid, or its timestamp is too far from the server’s time.',
  },
  metrics_closed: {
    status: 403,
    sentence:
      'Only this machine can read the metrics. To allow others, set CALLGATE_METRICS_TOKEN or CALLGATE_METRICS_ADDRESS.',
  },
  metrics_host: {
    status: 403,
    sentence:
      'Without CALLGATE_METRICS_TOKEN, the metrics are only served under an IP address or localhost, not under this host name.',
  },
  metrics_token_needed: {
    status: 401,
    sentence:
      'The metrics require a token. Send it as Authorization: Bearer, followed by CALLGATE_METRICS_TOKEN.',
  },
  not_found: { status: 404, sentence: '{detail}' },
  recording_not_found: { status: 404, sentence: '{detail}' },
  method_not_allowed: { status: 405, sentence: 'This path does not allow this method. Allowed: {detail}.' },
  sign_in_needed: { status: 401, sentence: 'Sign in first.' },
  second_factor_needed: { status: 403, sentence: 'Enter your second factor first.' },
  enrolment_needed: { status: 403, sentence: 'Set up a second factor first.' },
  confirmation_needed: { status: 403, sentence: 'Confirm that it’s you first.' },
  agreement_needed: { status: 422, sentence: 'Confirm first what this ends.' },
  invalid_input: { status: 400, sentence: '{detail}' },
  conflict: { status: 409, sentence: '{detail}' },
  server_needed: {
    status: 409,
    sentence: 'Only a running server can do this. Start it with: callgate serve',
  },
  key_changed: {
    status: 409,
    sentence: 'The API key has changed in the meantime, so nothing was done. Check it and try again.',
  },
  operator_only: { status: 403, sentence: 'Only an operator can do this. Ask the operator of this server.' },
  last_operator: {
    status: 409,
    sentence:
      'The last operator cannot be removed, because nobody could invite anyone again. Invite another operator first.',
  },
  cross_site: {
    status: 403,
    sentence:
      'This form was not sent from callgate’s own address, so nothing was changed. Behind a proxy, set CALLGATE_PUBLIC_URL to the address in your browser.',
  },
  request_aborted: {
    // nginx's status for a client that closed the connection: it is counted and logged, and no client reads it.
    status: 499,
    sentence: 'The connection ended before the request was processed, so nothing was done.',
  },
  provider_unavailable: {
    status: 502,
    sentence: 'The provider could not be asked to hang up. The call continues; try again.',
  },
  recording_unavailable: {
    status: 502,
    sentence: 'The provider did not deliver the recording. Try again later.',
  },
  storage_unavailable: {
    status: 503,
    // Not "was not stored": whether a failing disk kept it shows only after the next start.
    sentence:
      'The request may not have been stored. If you send it again, use the same Idempotency-Key. Retry after {seconds} seconds.',
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
  /** Public: the name of the field at fault, one that we know. Never input. */
  param?: string | undefined
  retryAfterSeconds?: number
  /** Private: for the log only. */
  cause?: unknown
}

/**
 * An error with a public face (status, code, sentence) and a private cause. Its fields are only declared, and set in the
 * constructor: defining them on an error takes longer than making it.
 */
export class ApiError extends Error {
  declare readonly reason: Reason
  declare readonly status: number
  declare readonly detail: string
  declare readonly param: string | undefined
  declare readonly retryAfterSeconds: number | undefined
  /** Private: the rejected key, where it is known. */
  declare asker: { id: string; environment: { id: string } } | undefined

  constructor(reason: Reason, { detail = '', param, retryAfterSeconds, cause }: Particulars = {}) {
    const { status, sentence, param: usualParam }: Row = failures[reason]
    // No stack trace: these errors are expected, and the trace would cost more than all the rest.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(
      sentence.replace('{detail}', () => detail).replace('{seconds}', String(retryAfterSeconds)),
      cause === undefined ? undefined : { cause },
    )
    Error.stackTraceLimit = stackTraceLimit
    this.reason = reason
    this.status = status
    this.detail = detail
    this.param = param ?? usualParam
    this.retryAfterSeconds = retryAfterSeconds
    this.asker = undefined
  }
}

/** An error of a command, as a sentence for the person who ran it. */
export class CommandError extends Error {
  constructor(
    message: string,
    /** The code for programs. */
    readonly code = 'refused',
  ) {
    super(message)
  }
}

/** Suggests one retry soon: a locked file or a full disk either clears within seconds or needs a person. */
export const storageUnavailable = (cause: unknown) =>
  new ApiError('storage_unavailable', { retryAfterSeconds: 1, cause })
