import type { Clock } from '../clock.ts'
import type { Provider, Report } from '../providers/provider.ts'
import { advance, type Call, type CallEvent, isOver } from './call.ts'
import type { Dispatcher } from './dispatch.ts'
import type { Lifecycle } from './lifecycle.ts'

interface ReconcileStore {
  /** Calls that are not over. */
  active(): Call[]
  /** Calls that are not over and either expired or last heard of at `heardBefore` or earlier. */
  overdue(now: number, heardBefore: number): Call[]
  /** Calls whose provider has still to be made to hang up, last tried at `triedBefore` or earlier. */
  hangUpsDue(triedBefore: number): Call[]
}

interface ReconcileNeeds {
  calls: ReconcileStore
  lifecycle: Lifecycle
  dispatcher: Pick<Dispatcher, 'dispatch' | 'settled'>
  provider(call: Call): Provider
  clock: Clock
  log: Record<'info' | 'warn', (message: string, facts: Record<string, unknown>) => void>
}

const tickMs = 1000
/** For this long after an order went out, its provider's not knowing it proves nothing. */
const arrivalMs = 120_000
/** The longest that a provider lets a call go on, by what they document. */
const hangUpForMs = 4 * 60 * 60_000
/** A call that nothing was heard of for this long is asked about. */
const silenceMs = 15_000

/** No provider promises an end event: this asks about silent calls, and ends those past their hard cap. */
export class Reconciler {
  readonly #needs: ReconcileNeeds
  /** Calls that are being looked after: a provider that never answers holds up nobody else. */
  readonly #busy = new Set<string>()
  #stopped = false
  #cancel: (() => void) | undefined

  constructor(needs: ReconcileNeeds) {
    this.#needs = needs
  }

  /** Takes up what an earlier process left, then looks around every second until `stop`. */
  start() {
    const now = this.#needs.clock.now()
    for (const call of this.#needs.calls.active()) this.#takeUp(call, now)
    this.#again()
  }

  stop() {
    this.#stopped = true
    this.#cancel?.()
  }

  /** One look: every overdue call is asked about or ended, and every hang-up that failed is tried again. */
  tick() {
    const now = this.#needs.clock.now()
    for (const call of this.#needs.calls.hangUpsDue(now - silenceMs)) this.hangUp(call)
    for (const call of this.#needs.calls.overdue(now, now - silenceMs))
      if (call.expiresAt <= now || call.dispatch !== 'pending') this.#takeUp(call, now)
  }

  /** Makes its provider hang up a call that is over for us; where that fails, a later look tries again. */
  hangUp(call: Call) {
    this.#once(`hang up ${call.id}`, () => this.#hangUp(call))
  }

  #again() {
    if (this.#stopped) return
    this.#cancel = this.#needs.clock.after(tickMs, () => {
      try {
        this.tick()
      } catch (error) {
        this.#needs.log.warn('reconcile failed', { error: String(error) })
      }
      this.#again()
    })
  }

  /** Asking and ending go on beside each other, so that a call being asked about still ends at its cap. */
  #takeUp(call: Call, now: number) {
    if (call.expiresAt <= now) this.#once(`end ${call.id}`, () => this.#expire(call, now))
    else if (call.dispatch === 'pending') this.#needs.dispatcher.dispatch(call)
    else this.#once(`ask ${call.id}`, () => this.#settle(call.id))
  }

  #once(name: string, work: () => Promise<void>) {
    if (this.#busy.has(name)) return
    this.#busy.add(name)
    work()
      .catch((error: unknown) => this.#needs.log.warn('reconcile failed', { error: String(error) }))
      .finally(() => this.#busy.delete(name))
  }

  async #settle(callId: string) {
    const { lifecycle, dispatcher, clock } = this.#needs
    await dispatcher.settled(callId)
    const call = lifecycle.find(callId)
    if (!call || isOver(call)) return
    const report = await this.#ask(call)
    this.#needs.log.info('asked about a silent call', { call_id: callId, known: report.known })
    await lifecycle.insist(callId, (before) => afterReport(before, report, clock.now()))
  }

  async #ask(call: Call): Promise<Report> {
    try {
      return await this.#needs.provider(call).ask(call)
    } catch (error) {
      this.#needs.log.warn('provider could not be asked', { call_id: call.id, error: String(error) })
      return { known: 'unclear', reason: String(error) }
    }
  }

  /** The lease ends whatever the provider does; hanging up is tried after it. */
  async #expire({ id }: Call, now: number) {
    const { lifecycle, log } = this.#needs
    log.warn('call ended by the hard cap', { call_id: id })
    const over = await lifecycle.insist(id, (before) =>
      isOver(before)
        ? before
        : { ...advance(before, cappedAt(now)), hangUpDue: before.dispatch !== 'pending' },
    )
    if (over?.hangUpDue) this.hangUp(over)
  }

  /** Tried again until the provider has done it, over restarts too, for as long as anybody may still be on the line. */
  async #hangUp(call: Call) {
    const { lifecycle, provider, clock, log } = this.#needs
    let isDone = clock.now() > call.expiresAt + hangUpForMs
    try {
      await provider(call).end(call)
      isDone = true
    } catch (error) {
      log.warn('provider could not hang up', { call_id: call.id, again: !isDone, error: String(error) })
    }
    await lifecycle.insist(call.id, (before) => ({
      ...before,
      hangUpDue: before.hangUpDue && !isDone,
      heardAt: clock.now(),
    }))
  }
}

const cappedAt = (at: number): CallEvent => ({
  type: 'ended',
  at,
  status: 'failed',
  code: 'max_duration',
  reason: 'The call was still open at the longest allowed duration.',
})

/** A call that is over keeps what it is. Whatever the answer, it was heard, and the next question can wait. */
const afterReport = (call: Call, report: Report, now: number): Call => {
  if (isOver(call)) return call
  switch (report.known) {
    case 'yes': {
      const { providerCallId, events } = report
      return events.reduce(advance, { ...call, dispatch: 'placed', providerCallId, heardAt: now })
    }
    case 'no':
      // An order may still be on its way there, or not listed yet.
      if (call.dispatch !== 'placed' && now - (call.sentAt ?? call.createdAt) < arrivalMs)
        return { ...call, dispatch: 'unknown', heardAt: now }
      return advance({ ...call, dispatch: call.dispatch === 'placed' ? 'placed' : 'unknown' }, unknownAt(now))
    case 'unclear':
      return { ...call, dispatch: call.dispatch === 'placed' ? 'placed' : 'unknown', heardAt: now }
  }
}

const unknownAt = (at: number): CallEvent => ({
  type: 'ended',
  at,
  status: 'failed',
  code: 'provider_lost',
  reason: 'The provider does not know the call: its order never arrived, or was forgotten.',
})
