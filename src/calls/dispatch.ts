import type { Clock } from '../clock.ts'
import type { Placement, Provider } from './provider.ts'
import { advance } from './advance.ts'
import { type Call, isEndedHere, isOver } from './call.ts'
import type { Lifecycle } from './lifecycle.ts'
import { withIds, withMissingIds } from './provider-ids.ts'

interface DispatchDeps {
  lifecycle: Lifecycle
  provider(call: Call): Provider
  clock: Clock
  log: { warn(message: string, facts: Record<string, unknown>): void }
}

/**
 * The outbox: `pending → sending → placed | refused | unknown`. `sending` is on disk before the order goes out, so an
 * order is sent at most once, whatever crashes: a call found in `sending` is asked about, never sent again.
 */
export class Dispatcher {
  readonly #deps: DispatchDeps
  readonly #underWay = new Map<string, Promise<void>>()

  constructor(deps: DispatchDeps) {
    this.#deps = deps
  }

  /** Sends the call's order in a later turn, after the answer to its trigger. */
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

  /** Resolves when no order for this call is on its way. */
  async settled(callId: string) {
    await this.#underWay.get(callId)
  }

  /** Resolves when no order at all is on its way. */
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
      // Over for a reason of ours before its provider said that it had taken it: it rings all the same.
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
