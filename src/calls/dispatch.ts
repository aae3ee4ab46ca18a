import type { Clock } from '../clock.ts'
import type { Placement, Provider } from './provider.ts'
import { advance, type Call, isOver } from './call.ts'
import type { Lifecycle } from './lifecycle.ts'
import { withIds, withMissingIds } from './provider-ids.ts'

interface DispatchDeps {
  lifecycle: Lifecycle
  provider(call: Call): Provider
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
      claimed = before.dispatch === 'pending' && !isOver(before)
      return claimed
        ? { ...before, dispatch: 'sending', sentAt: clock.now(), lastContactAt: clock.now() }
        : before
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

const afterPlacement = (call: Call, placement: Placement, now: number): Call => {
  switch (placement.outcome) {
    case 'placed': {
      const placed: Call = { ...withIds(call, placement), dispatch: 'placed' }
      // The call was ended here before the provider accepted the order: the phone rings all the same, so it has to hang
      // up.
      return isOver(call)
        ? { ...placed, hangUpPending: call.reasonCode !== null }
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
