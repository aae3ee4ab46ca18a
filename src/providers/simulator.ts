import type { CallEvent, TranscriptLine } from '../calls/call.ts'
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

const ringMs = 1000
const talkMs = 3000

interface Step {
  afterMs: number
  event: (at: number) => CallEvent
  /** When it is told, where that is not when it happens; empty for what comes out only when somebody asks. */
  reportedAfterMs?: number[]
}

const ringing: Step = { afterMs: 0, event: (at) => ({ type: 'ringing', at }) }
const answered: Step = { afterMs: ringMs, event: (at) => ({ type: 'answered', at }) }
const completed: Step = {
  afterMs: ringMs + talkMs,
  event: (at) => ({ type: 'ended', at, status: 'completed', details: smallTalk }),
}
const unanswered = (status: 'busy' | 'no_answer' | 'failed', reason: string): Step => ({
  afterMs: ringMs,
  event: (at) => ({ type: 'ended', at, status, reason }),
})

const usual = [ringing, answered, completed]

/** What happens to a call, by the last two digits of the number called. Every other number has the usual scenario. */
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
}
const refusedScenario = '04'

/** The scenarios, by how they are called. */
export const testScenarios = {
  '00': 'Answered, and completed',
  '01': 'Busy',
  '02': 'No answer',
  '03': 'Failed',
  '04': 'Refused by the provider',
  '05': 'Completed, but the end is not reported',
  '06': 'Completed, reported twice and out of order',
  '07': 'Answered, and up until it is ended',
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

const idOf = (scenario: string, beganAt: number) => `sim-${scenario}-${beganAt}`

/**
 * The built-in provider: plays a scenario and rings nobody. A call's id holds the scenario and the time it began, so what it
 * knows survives the process: after a restart it answers when asked.
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
        reason: 'The provider refused the call: this number is not allowed.',
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

  /** An order that was on its way when its process ended counts as arrived: nothing outside that process can say more. */
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

  /** Plays nothing more. */
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

  /** Nobody outside this process speaks for the simulator. */
  verifyEvents(): VerifiedEvents {
    return { kind: 'invalid_signature' }
  }

  async end({ id }: CallReference) {
    for (const cancel of this.#playing.get(id) ?? []) cancel()
    this.#playing.delete(id)
  }
}
