export type CallStatus =
  'initiated' | 'ringing' | 'in_progress' | 'completed' | 'no_answer' | 'busy' | 'failed' | 'canceled'

/** An order. Only the phone number is required, in E.164. */
export interface Order {
  phone_number: string
  agent_id?: string | null | undefined
  name?: string | null | undefined
  email?: string | null | undefined
  metadata?: Record<string, unknown> | null | undefined
  provider_options?: Record<string, unknown> | null | undefined
  /** The IANA time zone of the person who is called, such as `Europe/Berlin`. */
  time_zone?: string | null | undefined
  consent?:
    | { basis: string; at?: string | null | undefined; reference?: string | null | undefined }
    | null
    | undefined
}

export interface Triggered {
  call_id: string
  status: 'initiated'
  /** True where an earlier attempt, or an earlier run with the same Idempotency-Key, had made the call. */
  replayed: boolean
}

/** A call. Times are ISO 8601 in UTC. */
export interface Call {
  call_id: string
  status: CallStatus
  direction: 'outbound'
  environment: 'production' | 'staging'
  agent_id: string
  provider: string
  phone_number: string
  from_number: string | null
  name: string | null
  email: string | null
  metadata: Record<string, unknown> | null
  reason_code:
    | 'voicemail'
    | 'transferred'
    | 'no_answer'
    | 'busy'
    | 'provider_refused'
    | 'provider_capacity'
    | 'provider_unreachable'
    | 'provider_lost'
    | 'max_duration'
    | 'ended_on_request'
    | 'released'
    | 'destination_not_allowed'
    | 'do_not_call'
    | 'outside_calling_hours'
    | 'consent_required'
    | 'predial_refused'
    | 'predial_failed'
    | null
  reason: string | null
  answered_by: 'human' | 'machine' | 'unknown' | null
  time_zone: string | null
  consent: { basis: string; at: string | null; reference: string | null } | null
  created_at: string
  ringing_at: string | null
  started_at: string | null
  ended_at: string | null
  duration_seconds: number | null
  summary: string | null
  sentiment: 'positive' | 'neutral' | 'negative' | null
  transcript: { role: 'agent' | 'human'; content: string }[] | null
  /** Where the server serves the recording, with the key. */
  recording_url: string | null
  analysis: Record<string, unknown> | null
  /** In hundredths of `currency`. */
  cost_cents: number | null
  currency: string | null
}

/** The body of a webhook. */
export interface WebhookEvent extends Pick<
  Call,
  | 'call_id'
  | 'agent_id'
  | 'environment'
  | 'status'
  | 'reason_code'
  | 'reason'
  | 'answered_by'
  | 'direction'
  | 'phone_number'
  | 'from_number'
  | 'duration_seconds'
  | 'started_at'
  | 'ended_at'
  | 'summary'
  | 'sentiment'
  | 'transcript'
  | 'recording_url'
  | 'analysis'
  | 'cost_cents'
  | 'currency'
  | 'consent'
  | 'metadata'
> {
  event: 'call_started' | 'call_ended' | 'call_analyzed' | 'test'
  /** In a test only. */
  test?: true | undefined
  agent_name: string
  to_number: string
}

/** A recording, whose body is to be read or cancelled. */
export interface Recording {
  /** Such as `audio/wav`. */
  contentType: string
  body: ReadableStream<Uint8Array>
}

export interface Agent {
  agent_id: string
  name: string
  provider: string
  is_default: boolean
}

/** The rules for calls that ring a phone. */
export interface Policy {
  /** ISO 3166-1; `*` for all. Null until an operator has chosen. */
  countries: string[] | null
  number_kinds: string[]
  hours: string[]
  consent_required: boolean
  calls_to_number: { per_minute: number | null; per_hour: number | null; per_day: number | null }
  time_zone: string
  budgets: {
    budget: string
    scope: 'agency' | 'environment'
    limit: number
    used: number
    remaining: number
    currency: string | null
    resets_at: string
  }[]
}

/** The key's agency and environment, and what is left of its limits. */
export interface KeyStatus {
  agency: { id: string; name: string; plan: 'starter' | 'growth' | 'agency' }
  environment: 'production' | 'staging'
  key: { last4: string; created_at: string; age_days: number }
  limits: {
    requests: { limit: number; window_seconds: number; remaining: number; reset_seconds: number }
    concurrent_calls: { limit: number; active: number; remaining: number }
  }
}
