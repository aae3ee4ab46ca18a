import type { Clock } from '../clock.ts'
import type { Objection } from '../predial/ask.ts'
import type { Placement, Provider } from './provider.ts'
import type { ApiError } from '../failures.ts'
import { advance } from './advance.ts'
import { type Call, isEndedHere, isOver, policyCodes } from './call.ts'
import { isReal } from './check-policy.ts'
import type { Lifecycle } from './lifecycle.ts'
import { withIds, withMissingIds } from './provider-ids.ts'
import { run, type Work } from '../work.ts'

interface DispatchDeps {
  lifecycle: Lifecycle
  provider(call: Call): Work<Provider>
  /** The error for a call that must not go out any more. */
  refusal(call: Call, now: number): Work<ApiError | undefined>
  /** Why the agency's own hook does not let a call go out; undefined where it does. */
  askPredial(call: Call): Promise<Objection | undefined>
  clock: Clock
  log: { warn(message: string, facts: Record<string, unknown>): void }
}

/**
 * The outbox: `pending → sending → placed | refused | unknown`. `sending` is on disk before the order is sent, so an
 * order is sent at most once, whatever crashes. For a call found in `sending` the provider is asked; the order is never
 * sent again.
 */
export class Dispatcher {
  readonly #deps: DispatchDeps
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(deps: DispatchDeps) {
    this.#deps = deps
  }

  /** Sends the order in a later turn of the event loop, after the response to the trigger. */
  dispatch(call: Pick<Call, 'id'>) {
    this.#deps.clock.after(0, () => {
      // Its hook may still be asked, or its order be on the way.
      if (this.#underWay.has(call.id)) return
      const sent = this.#send(call.id)
        .catch((error: unknown) =>
          this.#deps.log.warn('dispatch failed', { call_id: call.id, error: String(error) }),
        )
        .finally(() => this.#underWay.delete(call.id))
      this.#underWay.set(call.id, sent)
    })
  }

  /** Resolves when no order of this call is in flight. */
  async settled(callId: string) {
    await this.#underWay.get(callId)
  }

  /** Resolves when no order at all is in flight. */
  async idle() {
    await Promise.all(this.#underWay.values())
  }

  async #send(callId: string) {
    const { lifecycle, refusal, clock } = this.#deps
    const pending = await run(lifecycle.find(callId))
    if (!pending || !isPending(pending)) return
    // Asked before the call is claimed: a process that dies meanwhile has sent nothing, and the next one asks again.
    const objection = isReal(pending) ? await this.#deps.askPredial(pending) : undefined
    let claimed = false
    const call = await lifecycle.changeWithRetry(callId, function* (before) {
      const now = clock.now()
      claimed = false
      if (!isPending(before)) return before
      const refused = yield* refusal(before, now)
      if (refused) return canceled(before, now, codeOf(refused), refused.message)
      if (objection) return canceled(before, now, objection.code, objection.reason)
      claimed = true
      return { ...before, dispatch: 'sending', sentAt: now, lastContactAt: now }
    })
    if (!claimed || !call) return
    const placement = await this.#place(call)
    await lifecycle.changeWithRetry(callId, (before) => afterPlacement(before, placement, clock.now()))
  }

  async #place(call: Call): Promise<Placement> {
    try {
      return await (await run(this.#deps.provider(call))).place(call)
    } catch (error) {
      return { outcome: 'unknown', reason: String(error) }
    }
  }
}

const isPending = (call: Call) => call.dispatch === 'pending' && !isOver(call)

const codeOf = ({ reason }: ApiError) => policyCodes.find((each) => each === reason)

/** A call that was stopped before its order went out: nobody's phone has rung. */
const canceled = (
  call: Call,
  at: number,
  code: (typeof policyCodes)[number] | undefined,
  reason: string,
): Call => advance(call, { type: 'ended', at, status: 'canceled', ...(code && { code }), reason })

const afterPlacement = (call: Call, placement: Placement, now: number): Call => {
  switch (placement.outcome) {
    case 'placed': {
      const placed: Call = { ...withIds(call, placement), dispatch: 'placed' }
      // The call was ended here before the provider accepted the order: the phone rings all the same, so it has to hang
      // up.
      return isOver(call)
        ? { ...placed, hangUpPending: isEndedHere(call) }
        : { ...placed, lastContactAt: now }
    }
    case 'refused':
      return advance(
        { ...call, dispatch: 'refused', hangUpPending: false },
        { type: 'ended', at: now, status: 'failed', code: placement.code, reason: placement.reason },
      )
    case 'unknown':
      return { ...withMissingIds(call, placement), dispatch: 'unknown' }
  }
}
