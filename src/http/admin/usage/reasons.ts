import type { Reason } from '../../../failures.ts'

const reasons: Partial<Record<Reason, string>> = {
  rotated_key: 'The key was replaced',
  key_in_url: 'The key was in the URL',
  access_disabled: 'API access was disabled',
  agency_suspended: 'The agency was suspended',
  plan_required: 'The plan has no API access',
  wrong_agency: 'The agent or call belongs to another agency',
  rate_limited: 'The rate limit was exceeded',
  concurrency_limited: 'The limit of concurrent calls was reached',
  recordings_limited: 'Too many recordings were being downloaded',
  invalid_phone_number: 'The phone number was not in E.164 format',
  agent_not_found: 'The agent doesn’t exist',
  no_agent: 'No agent was specified, and there is no default agent',
  invalid_body: 'A field was invalid',
  invalid_json: 'The body was not valid JSON',
  invalid_query: 'The query was invalid',
  invalid_idempotency_key: 'The Idempotency-Key was invalid',
  idempotency_mismatch: 'The Idempotency-Key was used for a different request',
  idempotency_in_flight: 'The same request was still in progress',
  unsupported_media_type: 'The Content-Type was not JSON',
  unsupported_encoding: 'The body was compressed',
  body_too_slow: 'The body arrived too slowly',
  body_too_large: 'The body was too large',
  request_aborted: 'The connection ended first',
  not_found: 'The call doesn’t exist',
  recording_not_found: 'No recording is kept',
  recording_unavailable: 'The provider did not deliver the recording',
  provider_unavailable: 'The provider could not be reached',
  storage_unavailable: 'The disk could not be written',
  internal: 'An error in callgate',
}

/** The reason of a rejection in words, or its code. */
export const reasonInWords = (code: string) => reasons[code as Reason] ?? code
