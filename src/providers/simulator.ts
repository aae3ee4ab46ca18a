import type { CallEvent } from '../calls/call.ts'
import type { CallDetails, TranscriptLine } from '../calls/call-details.ts'
import type { Clock } from '../clock.ts'
import type {
  CallReference,
  OnCallEvent,
  Placement,
  Provider,
  RecordingPlace,
  VerifiedEvents,
  Report,
} from '../calls/provider.ts'
import { voicemail } from './ended.ts'

const ringMs = 1000
const talkMs = 3000

interface Step {
  afterMs: number
  event: (at: number) => CallEvent
  /**
   * The times of its reports, where they differ from `afterMs`; empty for an event that shows only in a status request.
   */
  reportedAfterMs?: number[]
}

const ringing: Step = { afterMs: 0, event: (at) => ({ type: 'ringing', at }) }
const answered: Step = { afterMs: ringMs, event: (at) => ({ type: 'answered', at, answeredBy: 'human' }) }
const completed: Step = {
  afterMs: ringMs + talkMs,
  event: (at) => ({ type: 'ended', at, status: 'completed', details: smallTalk }),
}
const answeredByVoicemail: Step = {
  afterMs: ringMs,
  event: (at) => ({ type: 'answered', at, answeredBy: voicemail.answeredBy }),
}
const leftMessage: Step = {
  afterMs: ringMs + talkMs,
  event: (at) => ({ type: 'ended', at, status: 'completed', ...voicemail, details: message }),
}
const unanswered = (status: 'busy' | 'no_answer' | 'failed', reason: string): Step => ({
  afterMs: ringMs,
  event: (at) => ({ type: 'ended', at, status, reason }),
})

const usual = [ringing, answered, completed]

/** The scenarios by the last two digits of the phone number. All other numbers get `usual`. */
const scenarios: Record<string, Step[]> = {
  '01': [ringing, unanswered('busy', 'The line was busy.')],
  '02': [ringing, unanswered('no_answer', 'Nobody answered.')],
  '03': [ringing, unanswered('failed', 'The call failed at the provider.')],
  '05': [ringing, answered, { ...completed, reportedAfterMs: [] }],
  '06': [
    { ...ringing, reportedAfterMs: [1500, 4500] },
    { ...answered, reportedAfterMs: [1000, 2000, 4500] },
    { ...completed, reportedAfterMs: [4000, 5000] },
  ],
  '07': [ringing, answered],
  '08': [ringing, answeredByVoicemail, leftMessage],
}
const refusedScenario = '04'

/** The titles of the scenarios. */
export const testScenarios = {
  '00': 'Answered and completed',
  '01': 'Busy',
  '02': 'No answer',
  '03': 'Failed',
  '04': 'Rejected by the provider',
  '05': 'Completed, but the end is never reported',
  '06': 'Completed, with events twice and out of order',
  '07': 'Answered, then up until you end it',
  '08': 'Answered by a voicemail',
} as const

export const isTestScenario = (text: string) => Object.hasOwn(testScenarios, text)

const transcript: TranscriptLine[] = [
  { role: 'agent', content: 'Hello, this is a simulated call.' },
  { role: 'human', content: 'Good to know that it works.' },
]
const smallTalk = {
  transcript,
  summary: 'A simulated call that went well.',
  sentiment: 'positive',
} as const

const message = {
  transcript: [{ role: 'agent', content: 'Hello, this is a simulated message.' }],
  summary: 'The agent left a message.',
} satisfies Partial<CallDetails>

const idOf = (scenario: string, beganAt: number) => `sim-${scenario}-${beganAt}`

/**
 * The built-in provider, which plays a scenario and places no call. A call's id holds the scenario and its start, so
 * after a restart it can still report a status.
 */
export class Simulator implements Provider {
  readonly #clock: Clock
  readonly #onCallEvent: OnCallEvent
  readonly #playing = new Map<string, (() => void)[]>()

  constructor(clock: Clock, onCallEvent: OnCallEvent) {
    this.#clock = clock
    this.#onCallEvent = onCallEvent
  }

  async place({ id, phoneNumber }: { id: string; phoneNumber: string }): Promise<Placement> {
    const scenario = phoneNumber.slice(-2)
    if (scenario === refusedScenario)
      return {
        outcome: 'refused',
        code: 'provider_refused',
        reason: 'The provider rejected the call: this number is not allowed.',
      }
    const beganAt = this.#clock.now()
    const reports = (scenarios[scenario] ?? usual).flatMap(
      ({ afterMs, event, reportedAfterMs = [afterMs] }) =>
        reportedAfterMs.map((delayMs) => ({ delayMs, event: event(beganAt + afterMs) })),
    )
    const cancels = reports.map(({ delayMs, event }) =>
      this.#clock.after(delayMs, () => this.#onCallEvent(id, event)),
    )
    const lastMs = Math.max(...reports.map(({ delayMs }) => delayMs))
    cancels.push(this.#clock.after(lastMs, () => this.#playing.delete(id)))
    this.#playing.set(id, cancels)
    return { outcome: 'placed', providerCallId: idOf(scenario, beganAt) }
  }

  /** An order in flight at the end of its process counts as placed: no other process could know better. */
  async fetchStatus({ providerCallId, phoneNumber, createdAt }: CallReference): Promise<Report> {
    const scenario = phoneNumber.slice(-2)
    if (scenario === refusedScenario) return { outcome: 'not_found' }
    const id = providerCallId ?? idOf(scenario, createdAt)
    const beganAt = Number(id.split('-')[2])
    const now = this.#clock.now()
    const events = (scenarios[scenario] ?? usual)
      .filter((step) => beganAt + step.afterMs <= now)
      .map((step) => step.event(beganAt + step.afterMs))
    return { outcome: 'found', providerCallId: id, events }
  }

  /** Cancels all scenarios. */
  stop() {
    for (const cancels of this.#playing.values()) for (const cancel of cancels) cancel()
    this.#playing.clear()
  }

  async recording(): Promise<RecordingPlace> {
    return { outcome: 'none' }
  }

  async check() {
    return undefined
  }

  /** The simulator has no hook. */
  verifyEvents(): VerifiedEvents {
    return { kind: 'invalid_signature' }
  }

  async end({ id }: CallReference) {
    for (const cancel of this.#playing.get(id) ?? []) cancel()
    this.#playing.delete(id)
  }
}
