import { CallgateError } from './error.ts'
import type { Sending } from './send.ts'
import type { Order, Triggered } from './types.ts'
import { windowWaitMs } from './window.ts'

/** What became of one order: its call, or why there is none. */
export type TriggerResult = { order: Order; index: number } & (
  { triggered: Triggered; error?: undefined } | { triggered?: undefined; error: CallgateError }
)

export interface TriggerAllOptions {
  /** Called with each result as it comes; waited for before the next order. */
  onResult?: (result: TriggerResult) => void | Promise<void>
  /** Names the calls, so that a bulk run again after a crash makes none twice. A new name each when left out. */
  idempotencyKey?: (order: Order, index: number) => string
  signal?: AbortSignal
}

type TriggerOne = (
  order: Order,
  options: { idempotencyKey: string | undefined; signal: AbortSignal | undefined },
) => Promise<{ triggered: Triggered; headers: Headers }>

/**
 * One order at a time: with one request under way, what an answer says of the window still holds for the next one, so that
 * the window's limit is never run into. That all slots are taken shows in a 429 only, one for each wait. Goes on after an
 * order that is refused; rejects when the next one would fare no better (the key, the server), and with the signal's reason
 * once it aborts.
 */
export const triggerAll = async (
  { sleep }: Pick<Sending, 'sleep'>,
  orders: Iterable<Order> | AsyncIterable<Order>,
  { onResult, idempotencyKey, signal }: TriggerAllOptions,
  triggerOne: TriggerOne,
): Promise<TriggerResult[]> => {
  const results: TriggerResult[] = []
  let waitMs = 0
  for await (const order of orders) {
    if (waitMs > 0) await sleep(waitMs, signal)
    const index = results.length
    let result: TriggerResult
    try {
      const one = await triggerOne(order, { idempotencyKey: idempotencyKey?.(order, index), signal })
      result = { order, index, triggered: one.triggered }
      waitMs = windowWaitMs(one.headers)
    } catch (error) {
      if (!(error instanceof CallgateError && concernsOrder(error))) throw error
      result = { order, index, error }
      waitMs = 0
    }
    results.push(result)
    await onResult?.(result)
  }
  return results
}

const concernsOrder = ({ status, code }: CallgateError) =>
  status >= 400 && status < 500 && status !== 401 && status !== 429 && !aboutAccess.has(code)

const aboutAccess = new Set(['access_disabled', 'agency_suspended', 'plan_required', 'https_required'])
