import type { Reason } from '../../../failures.ts'

const reasons: Partial<Record<Reason, string>> = {
  rotated_key: 'The key had been replaced',
  key_in_url: 'The key was in the URL',
  access_disabled: 'API access was switched off',
  agency_suspended: 'The agency was suspended',
  plan_required: 'The plan has no API access',
  wrong_agency: 'The agent or call belongs to another agency',
  rate_limited: 'The window was full',
  concurrency_limited: 'Every slot for a call was taken',
  recordings_limited: 'Too many recordings were being downloaded',
  invalid_phone_number: 'The phone number was not in E.164 format',
  agent_not_found: 'There is no such agent',
  no_agent: 'No agent was named, and there is no default',
  invalid_body: 'A field was wrong',
  invalid_json: 'The body was not valid JSON',
  invalid_query: 'The query was wrong',
  invalid_idempotency_key: 'The Idempotency-Key was not valid',
  idempotency_mismatch: 'The Idempotency-Key belongs to another request',
  idempotency_in_flight: 'The same request was still in flight',
  unsupported_media_type: 'The body was not sent as JSON',
  unsupported_encoding: 'The body was compressed',
  body_too_slow: 'The body came too slowly',
  body_too_large: 'The body was too large',
  request_aborted: 'The connection ended first',
  not_found: 'There is no such call',
  recording_not_found: 'No recording is kept',
  recording_unavailable: 'The provider did not deliver the recording',
  provider_unavailable: 'The provider did not answer',
  storage_unavailable: 'The disk took nothing',
  internal: 'An error in callgate',
}

/** Why a request was refused, in words; its code where there are none for it. */
export const reasonInWords = (code: string) => reasons[code as Reason] ?? code
