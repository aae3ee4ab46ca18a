import { bytesMost, cut, firstItems, longestSeconds, whole, withMembers } from './bounds.ts'
import {
  type Call,
  type CallEvent,
  type EndedEvent,
  type FinalStatus,
  isForgotten,
  isOver,
  outcomeCodes,
} from './call.ts'
import type { AnsweredBy, CallDetails, TranscriptLine } from './call-details.ts'
import { phoneNumberPattern } from './phone-number.ts'

/**
 * The call after an event. Total and idempotent: it only moves forward, a final status stays, and an event that brings
 * nothing new gives back the very same call. A forgotten call takes nothing in: it would be about the person again.
 */
export const advance = (call: Call, told: CallEvent): Call => {
  if (isForgotten(call)) return call
  const event = { ...told, at: plausibleTime(call, told.at) }
  switch (event.type) {
    case 'ringing':
      return call.status === 'initiated'
        ? { ...call, status: 'ringing', ringingAt: event.at, lastContactAt: event.at }
        : call
    case 'answered':
      return withAnsweredBy(isUnanswered(call) ? answered(call, event.at) : call, event)
    case 'ended':
      return withDetails(isOver(call) ? call : ended(call, event), event)
  }
}

const dayMs = 24 * 60 * 60_000
const dearestCents = 1_000_000_00

/** Clocks differ, and some are wrong: a time outside the call's own days counts as its nearest edge. */
const plausibleTime = ({ createdAt, expiresAt }: Call, at: number) =>
  Number.isFinite(at) ? Math.round(Math.min(Math.max(at, createdAt - dayMs), expiresAt + dayMs)) : createdAt

/** Whole and within reason, else as if it had not been said. */
const plausible = (amount: number | null | undefined, most: number) =>
  typeof amount === 'number' && amount >= 0 && amount <= most ? Math.round(amount) : undefined

const isUnanswered = ({ status }: Call) => status === 'initiated' || status === 'ringing'

const answered = (call: Call, at: number): Call => ({
  ...call,
  status: 'in_progress',
  answeredAt: at,
  lastContactAt: at,
})

/** What could not be told apart may still be told apart. */
const withAnsweredBy = (call: Call, { answeredBy }: { answeredBy?: AnsweredBy }): Call => {
  const isNews = call.answeredBy === null || call.answeredBy === 'unknown'
  return answeredBy !== undefined && isNews && answeredBy !== call.answeredBy ? { ...call, answeredBy } : call
}

const ended = (call: Call, event: EndedEvent): Call => {
  // Clocks differ: a provider's end may lie before our own times, a duration never does.
  const endedAt = Math.max(event.at, call.answeredAt ?? call.createdAt)
  // Whoever has talked on it: a call is not canceled any more.
  const status = event.status === 'canceled' && call.answeredAt !== null ? 'completed' : event.status
  return {
    ...call,
    status,
    reasonCode: event.code ?? codeOf(status),
    reason: event.reason ? cut(event.reason, bytesMost.reason) : null,
    endedAt,
    lastContactAt: endedAt,
    durationSeconds:
      plausible(event.durationSeconds, longestSeconds) ?? countedSeconds(call, status, endedAt),
  }
}

const codeOf = (status: FinalStatus) => (status === 'no_answer' || status === 'busy' ? status : null)

/** A call that was completed, but not known to be answered, lasted for a time that may still be told. */
const countedSeconds = (call: Call, status: FinalStatus, endedAt: number) => {
  if (call.answeredAt !== null) return Math.round((endedAt - call.answeredAt) / 1000)
  return status === 'completed' ? null : 0
}

/** Details are kept as they first came; later ones fill what is missing. */
const withDetails = (over: Call, event: EndedEvent): Call => {
  const call = withAnsweredBy(withAnswer(over, event), event)
  const { details = {} } = event
  const fresh: Partial<Call> = {}
  if (call.summary === null && details.summary) fresh.summary = cut(details.summary, bytesMost.summary)
  if (call.sentiment === null && details.sentiment) fresh.sentiment = details.sentiment
  if (call.transcript === null && details.transcript) fresh.transcript = spokenIn(details.transcript)
  const recordingUrl = whole(details.recordingUrl, bytesMost.url)
  if (call.recordingUrl === null && recordingUrl) fresh.recordingUrl = recordingUrl
  const analysis = withMembers(call.analysis, details.analysis ?? {})
  if (analysis !== call.analysis) fresh.analysis = analysis
  const costCents = plausible(details.costCents, dearestCents)
  if (call.costCents === null && costCents !== undefined)
    Object.assign(fresh, { costCents, currency: currencyIn(details) })
  const durationSeconds = plausible(event.durationSeconds, longestSeconds)
  if (call.durationSeconds === null && durationSeconds !== undefined) fresh.durationSeconds = durationSeconds
  if (event.code && isOutcomeOf(call, event)) fresh.reasonCode = event.code
  if (call.reason === null && event.reason && call.status === event.status)
    fresh.reason = cut(event.reason, bytesMost.reason)
  if (isNumber(event.fromNumber) && !isNumber(call.fromNumber)) fresh.fromNumber = event.fromNumber
  return Object.keys(fresh).length === 0 ? call : { ...call, ...fresh }
}

/** A provider may tell of the end first, and only then that somebody had picked up. */
const withAnswer = (call: Call, { answeredAt, durationSeconds }: EndedEvent): Call => {
  const mayHaveTalked = call.status === 'completed' || call.status === 'failed'
  if (answeredAt === undefined || call.answeredAt !== null || call.endedAt === null || !mayHaveTalked)
    return call
  const at = Math.min(plausibleTime(call, answeredAt), call.endedAt)
  const counted = Math.round((call.endedAt - at) / 1000)
  return {
    ...call,
    answeredAt: at,
    durationSeconds: call.durationSeconds || (plausible(durationSeconds, longestSeconds) ?? counted),
  }
}

const isOutcomeOf = (call: Call, { code, status }: EndedEvent) =>
  call.reasonCode === null && call.status === status && outcomeCodes.some((outcome) => outcome === code)

const currencyIn = ({ currency }: Partial<CallDetails>) =>
  currency && /^[A-Z]{3}$/.test(currency) ? currency : 'USD'

const isNumber = (text: string | null | undefined): text is string => phoneNumberPattern.test(text ?? '')

/** The lines that fit, and of a first one that does not, its begin: JSON writes a character in six bytes at most. */
const spokenIn = ([first, ...rest]: TranscriptLine[]): TranscriptLine[] => {
  if (first === undefined) return []
  const content = cut(first.content, bytesMost.transcript / 8)
  return firstItems([{ ...first, content }, ...(content === first.content ? rest : [])], bytesMost.transcript)
}
