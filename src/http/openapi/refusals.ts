import { ApiError, failures, type Reason } from '../../failures.ts'
import { header, type HeaderName } from './headers.ts'

/** The errors of every route of the API. */
export const everywhere: readonly Reason[] = [
  'https_required',
  'invalid_host',
  'misdirected_request',
  'url_too_long',
  'key_in_url',
  'missing_key',
  'wrong_scheme',
  'malformed_key',
  'wrong_credential',
  'invalid_key',
  'rotated_key',
  'agency_suspended',
  'plan_required',
  'access_disabled',
  'invalid_query',
  'rate_limited',
  'too_many_invalid_keys',
  'storage_unavailable',
  'internal',
]

/** The errors of an unknown path or method, after those above. */
export const elsewhere: readonly Reason[] = ['not_found', 'method_not_allowed']

/** Statuses that can come before the key is known, and then without the headers of limits. */
const mayBeUnknown = new Set([400, 401, 403, 404, 405, 414, 421, 429, 500, 503])
const saysWhen = new Set([409, 429, 503])

/** Examples for the parts of a sentence that vary. */
const samples: Partial<Record<Reason, string>> = {
  destination_not_allowed: 'it belongs to the country GB. Allowed countries: US, CA',
  outside_calling_hours: 'this number can be called again from 2026-01-15T14:00:00.000Z',
  budget_exceeded: 'the agency’s minutes per day. It resets at 2026-01-16T05:00:00.000Z',
  malformed_key: 'its checksum does not match',
  wrong_credential:
    'This is an admin token, which cannot place calls. Send an API key, which begins with bvai_sk_.',
  rotated_key: '2026-01-15T12:00:00.000Z',
  wrong_agency: 'agent',
  invalid_body: 'phone_number is required',
  invalid_json: 'it cannot be parsed',
  invalid_query: 'limit must be a whole number from 1 to 100',
  body_too_slow: '10',
  body_too_large: '32 KB',
  not_found: 'Call not found',
  invalid_admin_token: 'it was revoked on 2026-01-15T12:00:00.000Z',
  permission_required: 'key.rotate',
  invalid_input: 'environment must be production or staging.',
  conflict: 'Several agencies have this name. Use the ID of one of them.',
  recording_not_found: 'No recording of this call is kept. The simulator plays calls without sound.',
  method_not_allowed: 'POST',
}

/** An example of an error's sentence. */
const sentenceOf = (reason: Reason) =>
  failures[reason].sentence
    .replace('{detail}', () => samples[reason] ?? '')
    .replace('{seconds}', String(reason === 'rate_limited' ? 12 : 1))

const exampleOf = (code: Reason) => {
  const { param } = new ApiError(code)
  return {
    success: false,
    error: sentenceOf(code),
    code,
    ...(param !== undefined && { param }),
    request_id: '0b0f7d6e-1c5a-4a36-9a53-0c0a3f6f5f0e',
    doc_url: `https://calls.example.com/docs/errors#${code}`,
  }
}

/**
 * The responses by status: the possible codes, their sentences, and the headers. Requests that count in a window have
 * the headers of limits.
 */
export const refusalResponses = (reasons: readonly Reason[], isCounted = true) => {
  const byStatus = Map.groupBy(reasons, (reason) => failures[reason].status)
  return Object.fromEntries(
    [...byStatus]
      .toSorted(([a], [b]) => a - b)
      .map(([status, codes]) => [status, response(status, codes, isCounted)]),
  )
}

const response = (status: number, codes: Reason[], isCounted: boolean) => ({
  description: codes.map((code) => `\`${code}\`: ${sentenceOf(code)}`).join('\n\n'),
  headers: Object.fromEntries(
    headersOf(status, isCounted).map(([name, required]) => [name, header(name, required)]),
  ),
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['success', 'error', 'code', 'request_id', 'doc_url'],
        additionalProperties: false,
        properties: {
          success: { type: 'boolean', const: false },
          error: { type: 'string', description: 'The error message, for people.' },
          code: { type: 'string', enum: codes, description: 'The error code, for programs.' },
          param: { type: 'string', description: 'The field or header at fault, if it is a single one.' },
          request_id: {
            type: 'string',
            format: 'uuid',
            description: 'The `X-Request-Id`. Quote it when you report a problem.',
          },
          doc_url: { type: 'string', format: 'uri', description: 'What this code means, on this server.' },
        },
      },
      examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
    },
  },
})

const headersOf = (status: number, isCounted: boolean): [HeaderName, required: boolean][] => {
  const names: [HeaderName, boolean][] = [
    ['X-Request-Id', true],
    ['Cache-Control', true],
  ]
  if (saysWhen.has(status) && (isCounted || status !== 409)) names.push(['Retry-After', true])
  if (status === 401) names.push(['WWW-Authenticate', true])
  if (status === 415) names.push(['Accept-Encoding', false])
  if (status === 405) names.push(['Allow', true])
  if (!isCounted) return names
  const known = !mayBeUnknown.has(status)
  names.push(['RateLimit', known], ['RateLimit-Policy', known])
  return names
}
