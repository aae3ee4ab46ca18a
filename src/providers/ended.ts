import type { CallEvent, EndedEvent } from '../calls/call.ts'
import type { AnsweredBy, CallDetails } from '../calls/call-details.ts'
import { tidy } from './wire.ts'

export type FinalStatus = EndedEvent['status']

/** The reported end; undefined fields are unknown. */
interface Said {
  at: number
  status: FinalStatus
  code?: EndedEvent['code'] | undefined
  /** The provider's own text, not tidied yet. */
  reason?: string | undefined
  answeredBy?: AnsweredBy | undefined
  fromNumber?: string | undefined
  durationSeconds?: number | undefined
  optedOut?: boolean | undefined
  details: { [Name in keyof CallDetails]?: CallDetails[Name] | undefined }
}

export const ended = ({ at, status, code, reason, durationSeconds, details, ...who }: Said): EndedEvent => {
  const why = tidy(reason)
  return {
    type: 'ended',
    at,
    status,
    ...(code === undefined ? {} : { code }),
    ...(why === '' ? {} : { reason: why }),
    ...told(who),
    ...(durationSeconds === undefined ? {} : { durationSeconds: Math.round(durationSeconds) }),
    details: told(details),
  }
}

/** A talk and its end: whoever has heard of the end before learns from it that there was a talk. */
export const talk = (answeredAt: number, end: EndedEvent): CallEvent[] => [
  { type: 'answered', at: answeredAt, ...told({ answeredBy: end.answeredBy }) },
  { ...end, answeredAt },
]

type Told<Given> = { [Name in keyof Given]: Exclude<Given[Name], undefined> }

const told = <Given extends object>(given: Given) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<Told<Given>>

/** What a machine that picked up makes of a call. */
export const voicemail = { code: 'voicemail', answeredBy: 'machine' } as const

/** What a provider found out by names of its own; undefined where it says nothing. */
export const analysisOf = (members: Record<string, unknown>) => {
  const said = Object.entries(members).filter(([, value]) => value !== undefined && value !== null)
  return said.length === 0 ? undefined : Object.fromEntries(said)
}

export const costOf = (amount: number | undefined, currency = 'USD') =>
  amount === undefined ? {} : { costCents: Math.round(amount * 100), currency: currency.toUpperCase() }
