import { type Call, isForgotten } from '../../calls/call.ts'
import type { Plan } from '../../agencies/agency.ts'
import type { EnvironmentName } from '../../agencies/environment.ts'

export const environmentTitles = { production: 'Production', staging: 'Staging' } as const

export const planNames: Record<Plan, string> = { starter: 'Starter', growth: 'Growth', agency: 'Agency' }

/** The badge of an environment: a word, a colour, and a shape for people who cannot tell the colours apart. */
export const EnvironmentTag = ({ name }: { name: EnvironmentName }) => (
  <span class={`tag environment-tag ${name}`}>{environmentTitles[name]}</span>
)

export const statusTitles: Record<Call['status'], string> = {
  initiated: 'Initiated',
  ringing: 'Ringing',
  in_progress: 'In progress',
  completed: 'Completed',
  no_answer: 'No answer',
  busy: 'Busy',
  failed: 'Failed',
  canceled: 'Canceled',
}

export const StatusTag = ({ status }: Pick<Call, 'status'>) => (
  <span class={`tag status ${status}`}>{statusTitles[status]}</span>
)

export const answeredByTitles = { human: 'A person', machine: 'A machine', unknown: 'Unknown' } as const

export const outcomeTitles: Record<NonNullable<Call['reasonCode']>, string> = {
  voicemail: 'Voicemail',
  transferred: 'Transferred',
  no_answer: 'No answer',
  busy: 'Busy',
  provider_refused: 'Rejected by the provider',
  provider_capacity: 'Provider at capacity',
  provider_unreachable: 'Provider unreachable',
  provider_lost: 'Lost by the provider',
  max_duration: 'Maximum length reached',
  ended_on_request: 'Ended on request',
  destination_not_allowed: 'Number not allowed',
  do_not_call: 'Do not call',
  outside_calling_hours: 'Outside calling hours',
  consent_required: 'Consent required',
  predial_refused: 'Rejected by the pre-dial hook',
  predial_failed: 'Pre-dial hook failed',
  released: 'Slot released',
}

/** What is more to say of an end than its status does. */
export const OutcomeTag = ({ reasonCode }: Pick<Call, 'reasonCode'>) =>
  reasonCode === null || reasonCode in statusTitles ? null : (
    <span class="tag">{outcomeTitles[reasonCode]}</span>
  )

export const sentimentTitles = { positive: 'Positive', neutral: 'Neutral', negative: 'Negative' } as const

/** A duration in its two largest units: "3 min 20 s". */
export const lasting = (seconds: number) => {
  const whole = Math.max(0, Math.round(seconds))
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
  if (h > 0) return min > 0 ? `${h} h ${min} min` : `${h} h`
  if (min > 0) return s > 0 ? `${min} min ${s} s` : `${min} min`
  return `${s} s`
}

/** What the provider charged for a call, where it says it. */
export const costOf = ({ costCents, currency }: Pick<Call, 'costCents' | 'currency'>) =>
  costCents === null ? null : `${(costCents / 100).toFixed(2)} ${currency ?? 'USD'}`

/** The phone number of a call, unless its personal data was erased. */
export const numberOf = (call: Pick<Call, 'phoneNumber'>) =>
  isForgotten(call) ? '(erased)' : call.phoneNumber
