/** The examples of the document. Tests send the orders, and validate every response against its schema. */
export const orders = {
  shortest: { summary: 'Only the required field', value: { phone_number: '+15551234567' } },
  full: {
    summary: 'All fields',
    value: {
      phone_number: '+15551234567',
      agent_id: '0199b7a4-0d2b-7000-8000-6c1d7e8f9a01',
      name: 'Jane Doe',
      email: 'jane@example.com',
      metadata: { order: 7 },
    },
  },
}

const call_id = '0199b7a4-5c1e-7000-8000-3f1d5a2b9c10'

export const triggered = { success: true, call_id, status: 'initiated' }

const call = {
  call_id,
  status: 'completed',
  direction: 'outbound',
  environment: 'production',
  ...orders.full.value,
  provider: 'vapi',
  from_number: '+15550001111',
  reason_code: null,
  reason: null,
  answered_by: 'human',
  time_zone: null,
  consent: null,
  created_at: '2026-01-15T12:00:00.000Z',
  ringing_at: '2026-01-15T12:00:01.000Z',
  started_at: '2026-01-15T12:00:05.000Z',
  ended_at: '2026-01-15T12:00:47.000Z',
  duration_seconds: 42,
  summary: 'They want a demo.',
  sentiment: 'positive',
  transcript: [
    { role: 'agent', content: 'Hello!' },
    { role: 'human', content: 'Hi.' },
  ],
  recording_url: `https://calls.example.com/api/v1/calls/${call_id}/recording`,
  analysis: { structuredData: { plan: 'pro' }, successEvaluation: 'true' },
  cost_cents: 17,
  currency: 'USD',
}

export const record = { success: true, data: call }
export const ended = {
  success: true,
  data: { ...call, reason_code: 'ended_on_request', reason: 'Ended on request.' },
}
export const page = { success: true, data: [call], next_cursor: null }

export const agents = {
  success: true,
  data: [{ agent_id: call.agent_id, name: 'Ann', provider: 'vapi', is_default: true }],
}

export const policy = {
  success: true,
  data: {
    countries: ['US', 'CA'],
    number_kinds: [],
    hours: ['mon-fri 09:00-20:00; sat 10:00-16:00'],
    consent_required: false,
    calls_to_number: { per_minute: null, per_hour: null, per_day: 3 },
    time_zone: 'America/New_York',
    budgets: [
      {
        budget: 'minutes_per_day',
        scope: 'agency',
        limit: 600,
        used: 125.5,
        remaining: 474.5,
        currency: null,
        resets_at: '2026-01-16T05:00:00.000Z',
      },
    ],
  },
}

export const key = {
  success: true,
  data: {
    agency: { id: '0199b7a3-77aa-7000-8000-1b2c3d4e5f60', name: 'Acme', plan: 'agency' },
    environment: 'production',
    key: { last4: '9i0j', created_at: '2026-01-02T09:30:00.000Z', age_days: 13 },
    limits: {
      requests: { limit: 100, window_seconds: 60, remaining: 57, reset_seconds: 12 },
      concurrent_calls: { limit: 10, active: 1, remaining: 9 },
    },
  },
}

/** The webhook events of that call. */
const told = {
  call_id,
  agent_id: call.agent_id,
  agent_name: 'Ann',
  environment: call.environment,
  direction: call.direction,
  phone_number: call.phone_number,
  from_number: call.from_number,
  to_number: call.phone_number,
  consent: call.consent,
  metadata: call.metadata,
  started_at: call.started_at,
}

export const started = {
  event: 'call_started',
  ...told,
  status: 'in_progress',
  reason_code: null,
  reason: null,
  answered_by: null,
  analysis: null,
  cost_cents: null,
  currency: null,
  duration_seconds: null,
  ended_at: null,
  summary: null,
  sentiment: null,
  transcript: null,
  recording_url: null,
}
export const over = {
  event: 'call_ended',
  ...told,
  status: call.status,
  reason_code: call.reason_code,
  reason: call.reason,
  answered_by: call.answered_by,
  analysis: call.analysis,
  cost_cents: call.cost_cents,
  currency: call.currency,
  duration_seconds: call.duration_seconds,
  ended_at: call.ended_at,
  summary: call.summary,
  sentiment: call.sentiment,
  transcript: call.transcript,
  recording_url: call.recording_url,
}
export const analyzed = { ...over, event: 'call_analyzed' }
export const sample = { ...over, event: 'test', test: true }

export const alert = {
  event: 'alert',
  alert_id: '0199b7a4-6d2f-7000-8000-4a2e6b3c0d21',
  kind: 'shut_number',
  at: '2026-01-15T12:00:00.000Z',
  agency: '0199b7a4-0a1b-7000-8000-5d3f7a4b1c02',
  agency_name: 'Acme',
  environment: 'production',
  message: 'A call was rejected because of its kind of number: premium-rate numbers are not allowed',
  access_disabled: false,
}

export const predial = {
  event: 'predial',
  call_id,
  agent_id: orders.full.value.agent_id,
  environment: 'production',
  provider: 'vapi',
  phone_number: orders.full.value.phone_number,
  from_number: '+15550001111',
  name: orders.full.value.name,
  email: orders.full.value.email,
  metadata: orders.full.value.metadata,
  time_zone: null,
  consent: null,
  created_at: '2026-01-15T12:00:00.000Z',
}

export const eligible = { eligible: false, reason: 'The customer has opted out.' }
