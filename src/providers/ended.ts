import type { CallDetails, CallEvent } from '../calls/call.ts'
import { tidy } from './wire.ts'

type EndedEvent = Extract<CallEvent, { type: 'ended' }>
export type FinalStatus = EndedEvent['status']

/** The reported end; undefined fields are unknown. */
interface Said {
  at: number
  status: FinalStatus
  code?: EndedEvent['code'] | undefined
  /** The provider's own text, not tidied yet. */
  reason?: string | undefined
  durationSeconds?: number | undefined
  details: { [Name in keyof CallDetails]?: CallDetails[Name] | undefined }
}

export const ended = ({ at, status, code, reason, durationSeconds, details }: Said): EndedEvent => {
  const why = tidy(reason)
  return {
    type: 'ended',
    at,
    status,
    ...(code === undefined ? {} : { code }),
    ...(why === '' ? {} : { reason: why }),
    ...(durationSeconds === undefined ? {} : { durationSeconds: Math.round(durationSeconds) }),
    details: Object.fromEntries(Object.entries(details).map(([name, value]) => [name, value ?? null])),
  }
}

export const centsOf = (dollars: number | undefined) =>
  dollars === undefined ? undefined : Math.round(dollars * 100)
