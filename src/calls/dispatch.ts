import type { Clock } from '../clock.ts'
import type { Placement, Provider } from './provider.ts'
import type { ApiError } from '../failures.ts'
import { advance } from './advance.ts'
import { type Call, isEndedHere, isOver, policyCodes } from './call.ts'
import type { Lifecycle } from './lifecycle.ts'
import { withIds, withMissingIds } from './provider-ids.ts'

interface DispatchDeps {
  lifecycle: Lifecycle
  provider(call: Call): Provider
  /** The error for a call that must not go out any more. */
  refusal(call: Call, now: number): ApiError | undefined
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
    const { lifecycle, clock } = this.#deps
    let claimed = false
    const call = await lifecycle.changeWithRetry(callId, (before) => {
      const now = clock.now()
      claimed = false
      if (before.dispatch !== 'pending' || isOver(before)) return before
      const refusal = this.#deps.refusal(before, now)
      if (refusal) return afterRefusal(before, refusal, now)
      claimed = true
      return { ...before, dispatch: 'sending', sentAt: now, lastContactAt: now }
    })
    if (!claimed || !call) return
    const placement = await this.#place(call)
    await lifecycle.changeWithRetry(callId, (before) => afterPlacement(before, placement, clock.now()))
  }

  async #place(call: Call): Promise<Placement> {
    try {
      return await this.#deps.provider(call).place(call)
    } catch (error) {
      return { outcome: 'unknown', reason: String(error) }
    }
  }
}

/** A call that the policy stopped before its order went out: nobody's phone has rung. */
const afterRefusal = (call: Call, { reason, message }: ApiError, at: number): Call => {
  const code = policyCodes.find((each) => each === reason)
  return advance(call, { type: 'ended', at, status: 'canceled', ...(code && { code }), reason: message })
}

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
