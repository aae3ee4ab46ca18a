import { failures, type Reason } from '../../failures.ts'
import { header, type HeaderName } from './headers.ts'

/** What every route of the API can refuse with. */
export const everywhere: readonly Reason[] = [
  'https_required',
  'invalid_host',
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
  'rate_limited',
  'too_many_invalid_keys',
  'storage_unavailable',
  'internal',
]

/** What a path or a method that is not there is answered with, where nothing else is refused first. */
export const elsewhere: readonly Reason[] = ['not_found', 'method_not_allowed']

/** Statuses that a caller can get before it is known: then nothing is said of limits. */
const mayBeUnknown = new Set([400, 401, 403, 404, 405, 429, 500, 503])
const saysWhen = new Set([409, 429, 503])

/** What stands in a sentence in the place of what only the moment knows. */
const samples: Partial<Record<Reason, string>> = {
  malformed_key: 'its checksum does not match',
  wrong_credential:
    'This is an admin token, which never places a call. Send an API key, which begins with bvai_sk_.',
  rotated_key: '2026-01-15T12:00:00.000Z',
  wrong_agency: 'agent',
  invalid_body: 'phone_number is required',
  invalid_json: 'it does not parse',
  invalid_query: 'limit must be a whole number from 1 to 100',
  body_too_slow: '10',
  body_too_large: '32 KB',
  not_found: 'Call not found',
  invalid_admin_token: 'it was revoked on 2026-01-15T12:00:00.000Z',
  permission_required: 'key.rotate',
  invalid_input: 'environment must be production or staging.',
  conflict: 'Several agencies have this name. Use the id of one of them.',
  recording_not_found: 'No recording of this call is kept. The simulator plays calls without sound.',
  method_not_allowed: 'POST',
}

/** The sentence of a refusal, as it may read. */
const sentenceOf = (reason: Reason) =>
  failures[reason].sentence
    .replace('{detail}', () => samples[reason] ?? '')
    .replace('{seconds}', String(reason === 'rate_limited' ? 12 : 1))

/**
 * One response a status: which codes it can have, what each says, and the headers that come along. Requests that are
 * counted in a window are told of their limits.
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
        required: ['success', 'error', 'code'],
        additionalProperties: false,
        properties: {
          success: { type: 'boolean', const: false },
          error: { type: 'string', description: 'What is wrong, in a sentence.' },
          code: { type: 'string', enum: codes, description: 'What is wrong, for programs.' },
        },
      },
      examples: Object.fromEntries(
        codes.map((code) => [code, { value: { success: false, error: sentenceOf(code), code } }]),
      ),
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
