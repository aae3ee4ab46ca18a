import type { CallEvent, TranscriptLine } from '../calls/call.ts'
import type { Clock } from '../clock.ts'
import type { CallReference, Listener, Placement, Provider, Reading, Report } from '../calls/provider.ts'

const ringMs = 1000
const talkMs = 3000

interface Beat {
  afterMs: number
  event: (at: number) => CallEvent
  /** When it is told, where that is not when it happens; empty for what comes out only when somebody asks. */
  toldAfterMs?: number[]
}

const ringing: Beat = { afterMs: 0, event: (at) => ({ type: 'ringing', at }) }
const answered: Beat = { afterMs: ringMs, event: (at) => ({ type: 'answered', at }) }
const completed: Beat = {
  afterMs: ringMs + talkMs,
  event: (at) => ({ type: 'ended', at, status: 'completed', details: smallTalk }),
}
const unanswered = (status: 'busy' | 'no_answer' | 'failed', reason: string): Beat => ({
  afterMs: ringMs,
  event: (at) => ({ type: 'ended', at, status, reason }),
})

const usual = [ringing, answered, completed]

/** What happens to a call, by the last two digits of the number called. Every other number has the usual story. */
const stories: Record<string, Beat[]> = {
  '01': [ringing, unanswered('busy', 'The line was busy.')],
  '02': [ringing, unanswered('no_answer', 'Nobody answered.')],
  '03': [ringing, unanswered('failed', 'The call failed at the provider.')],
  '05': [ringing, answered, { ...completed, toldAfterMs: [] }],
  '06': [
    { ...ringing, toldAfterMs: [1500, 4500] },
    { ...answered, toldAfterMs: [1000, 2000, 4500] },
    { ...completed, toldAfterMs: [4000, 5000] },
  ],
  '07': [ringing, answered],
}
const refusedStory = '04'

/** The stories, by how they are called. */
export const testStories = {
  '00': 'Answered and completed',
  '01': 'Busy',
  '02': 'No answer',
  '03': 'Failed',
  '04': 'Rejected by the provider',
  '05': 'Completed, but the end is never reported',
  '06': 'Completed, with events twice and out of order',
  '07': 'Answered, then up until you end it',
} as const

export const isTestStory = (text: string) => Object.hasOwn(testStories, text)

const transcript: TranscriptLine[] = [
  { role: 'agent', content: 'Hello, this is a simulated call.' },
  { role: 'human', content: 'Good to know that it works.' },
]
const smallTalk = {
  transcript,
  summary: 'A simulated call that went well.',
  sentiment: 'positive',
} as const

const idOf = (story: string, beganAt: number) => `sim-${story}-${beganAt}`

/**
 * The built-in provider: plays a story and rings nobody. A call's id holds the story and the time it began, so what it
 * knows survives the process: after a restart it answers when asked.
 */
export class Simulator implements Provider {
  readonly #clock: Clock
  readonly #listener: Listener
  readonly #playing = new Map<string, (() => void)[]>()

  constructor(clock: Clock, listener: Listener) {
    this.#clock = clock
    this.#listener = listener
  }

  async place({ id, phoneNumber }: { id: string; phoneNumber: string }): Promise<Placement> {
    const story = phoneNumber.slice(-2)
    if (story === refusedStory)
      return {
        outcome: 'refused',
        code: 'provider_refused',
        reason: 'The provider rejected the call: this number is not allowed.',
      }
    const beganAt = this.#clock.now()
    const tellings = (stories[story] ?? usual).flatMap(({ afterMs, event, toldAfterMs = [afterMs] }) =>
      toldAfterMs.map((delayMs) => ({ delayMs, event: event(beganAt + afterMs) })),
    )
    const cancels = tellings.map(({ delayMs, event }) =>
      this.#clock.after(delayMs, () => this.#listener(id, event)),
    )
    const lastMs = Math.max(...tellings.map(({ delayMs }) => delayMs))
    cancels.push(this.#clock.after(lastMs, () => this.#playing.delete(id)))
    this.#playing.set(id, cancels)
    return { outcome: 'placed', providerCallId: idOf(story, beganAt) }
  }

  /** An order that was on its way when its process ended counts as arrived: nothing outside that process can say more. */
  async ask({ providerCallId, phoneNumber, createdAt }: CallReference): Promise<Report> {
    const story = phoneNumber.slice(-2)
    if (story === refusedStory) return { known: 'no' }
    const id = providerCallId ?? idOf(story, createdAt)
    const beganAt = Number(id.split('-')[2])
    const now = this.#clock.now()
    const events = (stories[story] ?? usual)
      .filter((beat) => beganAt + beat.afterMs <= now)
      .map((beat) => beat.event(beganAt + beat.afterMs))
    return { known: 'yes', providerCallId: id, events }
  }

  /** Plays nothing more. */
  stop() {
    for (const cancels of this.#playing.values()) for (const cancel of cancels) cancel()
    this.#playing.clear()
  }

  async check() {
    return undefined
  }

  /** Nobody outside this process speaks for the simulator. */
  read(): Reading {
    return { kind: 'forged' }
  }

  async end({ id }: CallReference) {
    for (const cancel of this.#playing.get(id) ?? []) cancel()
    this.#playing.delete(id)
  }
}
