import { type Call, newCall } from '../../src/calls/call.ts'
import type { Stores } from '../../src/storage/stores.ts'
import { hourMs } from './spans.ts'
import { atOnce } from '../../src/work.ts'

/** Puts a call on disk that is as given, and else as a new one. */
export const insertCall = ({ calls }: Stores, given: Partial<Call>, now: number): Call => {
  const createdAt = given.createdAt ?? now
  const call: Call = {
    ...newCall({
      id: Bun.randomUUIDv7('hex', createdAt),
      agencyId: '',
      environmentId: '',
      agentId: '',
      provider: 'simulator',
      accountId: null,
      agentRef: null,
      fromNumber: null,
      phoneNumber: '',
      name: null,
      email: null,
      metadata: null,
      options: null,
      timeZone: null,
      consent: null,
      spendingDay: null,
      createdAt,
      expiresAt: createdAt + hourMs,
    }),
    ...given,
  }
  atOnce(calls.insert(call))
  return call
}

const sent = (at: number, ringsAfterMs = 900): Partial<Call> => ({
  dispatch: 'placed',
  sentAt: at + 60,
  ringingAt: at + ringsAfterMs,
  lastContactAt: at + ringsAfterMs,
})

export const talked = (
  at: number,
  seconds: number,
  sentiment: Call['sentiment'] = 'positive',
): Partial<Call> => ({
  ...sent(at),
  status: 'completed',
  answeredAt: at + 7000,
  endedAt: at + 7000 + seconds * 1000,
  durationSeconds: seconds,
  sentiment,
  summary: 'Dana confirmed the cleaning on Wednesday at half past nine, and asked for a text the day before.',
  transcript: [
    { role: 'agent', content: 'Good morning, this is Ben from Bright Dental. Am I speaking with Dana?' },
    { role: 'human', content: 'Yes, that’s me.' },
    { role: 'agent', content: 'You have a cleaning on Wednesday at nine thirty. Does that still suit you?' },
    { role: 'human', content: 'It does. Could you send me a text the day before?' },
    { role: 'agent', content: 'Of course. We will text you on Tuesday. See you then!' },
  ],
})

const unanswered = (at: number, status: Call['status'], reason: string): Partial<Call> => ({
  ...sent(at),
  status,
  endedAt: at + 31_000,
  durationSeconds: 0,
  reason,
})

type Scenario = (at: number) => Partial<Call>
/** Every way in which a call may go, told from when it was triggered. */
export const scenarios: Scenario[] = [
  (at) => talked(at, 63),
  (at) => talked(at, 187, 'neutral'),
  (at) => unanswered(at, 'no_answer', 'Nobody answered.'),
  (at) => talked(at, 41),
  (at) => unanswered(at, 'busy', 'The line was busy.'),
  (at) => talked(at, 254, 'negative'),
  (at) => ({
    status: 'failed',
    dispatch: 'refused',
    sentAt: at + 60,
    endedAt: at + 400,
    durationSeconds: 0,
    reasonCode: 'provider_capacity',
    reason: 'The provider has no free line at the moment.',
  }),
  (at) => ({ ...unanswered(at, 'canceled', 'Ended on request.'), reasonCode: 'ended_on_request' }),
  (at) => talked(at, 118),
  (at) => ({
    ...unanswered(at, 'failed', 'Released by hand: the slot was given back.'),
    reasonCode: 'released',
  }),
]
