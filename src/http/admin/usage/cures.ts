import type { Reason } from '../../../failures.ts'

/** What to do about a rejected request, and where in the dashboard. */
export interface Cure {
  cure: string
  /** The page that helps: its words, and its path below the agency's. */
  page?: readonly [label: string, path: string]
}

const api = ['API & Webhooks', '/integrations/api'] as const
const rules = ['Rules', '/rules'] as const
const agents = ['Agents', '/agents'] as const
const usage = ['Usage', '/usage'] as const

const cures: Partial<Record<Reason, Cure>> = {
  rotated_key: {
    cure: 'Replace the old key where this client keeps it. API & Webhooks lists the clients that still use it.',
    page: api,
  },
  key_in_url: {
    cure: 'Rotate the key: URLs end up in logs. Send the new one in the Authorization header.',
    page: api,
  },
  access_disabled: { cure: 'Enable API access of this environment.', page: api },
  agency_suspended: { cure: 'Only an operator can resume the agency.' },
  plan_required: { cure: 'An operator can change the plan to Agency.' },
  wrong_agency: {
    cure: 'Use the ID of an agent or call of this agency, or the key of the other one.',
    page: agents,
  },
  rate_limited: {
    cure: 'Wait for the seconds in the Retry-After header before the next request, and spread requests over the minute. An operator can raise the limit.',
    page: usage,
  },
  concurrency_limited: {
    cure: 'Retry after the seconds in the Retry-After header, when a call has ended. An operator can raise the limit.',
    page: ['Active slots', '/slots'],
  },
  recordings_limited: { cure: 'Download fewer recordings at the same time.' },
  invalid_phone_number: { cure: 'Send the number in E.164 format: +15551234567.' },
  destination_not_allowed: {
    cure: 'If this number should be called, allow its country or its kind of number.',
    page: rules,
  },
  do_not_call: {
    cure: 'The person asked not to be called. Remove the number from the list only if that has changed.',
    page: ['Do not call', '/do-not-call'],
  },
  outside_calling_hours: { cure: 'Send it again within the calling hours, or change them.', page: rules },
  consent_required: {
    cure: 'Send the field consent with each call, or change the rule.',
    page: rules,
  },
  destination_limited: {
    cure: 'Wait for the seconds in the Retry-After header, or raise the limit of calls to one number.',
    page: rules,
  },
  budget_exceeded: { cure: 'Wait until the budget resets, or raise it.', page: rules },
  agent_not_found: { cure: 'Send the ID of an agent that exists.', page: agents },
  no_agent: { cure: 'Send agent_id, or choose a default agent.', page: agents },
  invalid_body: { cure: 'Correct the field that the response names in param.' },
  invalid_json: { cure: 'Send a JSON object as the body.' },
  invalid_query: { cure: 'Correct the parameter that the response names in param.' },
  invalid_idempotency_key: { cure: 'Send 1 to 255 printable ASCII characters.' },
  idempotency_mismatch: { cure: 'Use a new Idempotency-Key for each new call.' },
  idempotency_in_flight: { cure: 'Wait for the seconds in the Retry-After header.' },
  unsupported_media_type: { cure: 'Send Content-Type: application/json.' },
  unsupported_encoding: { cure: 'Send the body without compression.' },
  body_too_slow: { cure: 'Send the whole body at once. Look for a slow connection or proxy.' },
  body_too_large: { cure: 'Send less metadata.' },
  request_aborted: {
    cure: 'The client closed the connection first, so no call was placed. Raise its timeout.',
  },
  not_found: { cure: 'Use the ID of a call of the same environment as the key.' },
  recording_not_found: { cure: 'Switch recording on at the provider.' },
  recording_unavailable: { cure: 'Try again later: the provider did not deliver it.' },
  provider_unavailable: { cure: 'Try again: the call continues until the provider hangs up.' },
  storage_unavailable: {
    cure: 'Send it again with the same Idempotency-Key. The operator should check the disk with callgate doctor.',
  },
  internal: { cure: 'The operator finds the cause in the log, under this request ID.' },
}

/** What to do about a rejection; undefined for a code of another version. */
export const cureOf = (code: string): Cure | undefined => cures[code as Reason]
