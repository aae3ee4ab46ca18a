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
import { type AnsweredBy, type CallDetails, saysOptOut, type TranscriptLine } from './call-details.ts'
import { phoneNumberPattern } from './phone-number.ts'

/**
 * Applies an event. Total and idempotent: a call only moves forward, a final status stays, and an event without news
 * returns the same object. An erased call takes no events, which would bring personal data back.
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

/** Limits a provider's time to the call's own days, because clocks differ and some are wrong. */
const plausibleTime = ({ createdAt, expiresAt }: Call, at: number) =>
  Number.isFinite(at) ? Math.round(Math.min(Math.max(at, createdAt - dayMs), expiresAt + dayMs)) : createdAt

/** A whole number within reason; anything else counts as missing. */
const plausible = (amount: number | null | undefined, most: number) =>
  typeof amount === 'number' && amount >= 0 && amount <= most ? Math.round(amount) : undefined

const isUnanswered = ({ status }: Call) => status === 'initiated' || status === 'ringing'

const answered = (call: Call, at: number): Call => ({
  ...call,
  status: 'in_progress',
  answeredAt: at,
  lastContactAt: at,
})

/** A later report may replace `unknown`. */
const withAnsweredBy = (call: Call, { answeredBy }: { answeredBy?: AnsweredBy }): Call => {
  const isNews = call.answeredBy === null || call.answeredBy === 'unknown'
  return answeredBy !== undefined && isNews && answeredBy !== call.answeredBy ? { ...call, answeredBy } : call
}

const ended = (call: Call, event: EndedEvent): Call => {
  // A provider's clock may put the end before our own times; a duration is never negative.
  const endedAt = Math.max(event.at, call.answeredAt ?? call.createdAt)
  // A call that was answered can no longer be canceled.
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

/** The duration of a completed call without an answered event is unknown; the provider may report it later. */
const countedSeconds = (call: Call, status: FinalStatus, endedAt: number) => {
  if (call.answeredAt !== null) return Math.round((endedAt - call.answeredAt) / 1000)
  return status === 'completed' ? null : 0
}

/** Details keep their first value; later reports fill only what is missing. */
const withDetails = (over: Call, event: EndedEvent): Call => {
  const call = withAnsweredBy(withAnswer(over, event), event)
  const { details = {} } = event
  const fresh: Partial<Call> = {}
  if (call.summary === null && details.summary) fresh.summary = cut(details.summary, bytesMost.summary)
  if (call.sentiment === null && details.sentiment) fresh.sentiment = details.sentiment
  if (call.transcript === null && details.transcript) fresh.transcript = spokenIn(details.transcript)
  const recordingRef = whole(details.recordingRef, bytesMost.url)
  if (call.recordingRef === null && recordingRef) fresh.recordingRef = recordingRef
  const analysis = withMembers(call.analysis, details.analysis ?? {})
  if (analysis !== call.analysis) fresh.analysis = analysis
  // Before anything is left out of an analysis that is too long.
  if (!call.optedOut && (event.optedOut === true || saysOptOut(details.analysis))) fresh.optedOut = true
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

/** A provider may report the end first, and the answer before it only later. */
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

/** The first lines that fit, or the beginning of the first line. JSON takes at most six bytes for a character. */
const spokenIn = ([first, ...rest]: TranscriptLine[]): TranscriptLine[] => {
  if (first === undefined) return []
  const content = cut(first.content, bytesMost.transcript / 8)
  return firstItems([{ ...first, content }, ...(content === first.content ? rest : [])], bytesMost.transcript)
}
