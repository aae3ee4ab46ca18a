import { CallgateError } from './error.ts'
import type { Sending } from './send.ts'
import type { Order, Triggered } from './types.ts'
import { windowWaitMs } from './window.ts'

/** The result of an order: its call, or the error. */
export type TriggerResult = { order: Order; index: number } & (
  { triggered: Triggered; error?: undefined } | { triggered?: undefined; error: CallgateError }
)

export interface TriggerAllOptions {
  /** Called with each result, and awaited before the next order. */
  onResult?: (result: TriggerResult) => void | Promise<void>
  /**
   * Prefix of the Idempotency-Keys, so that a bulk run repeated after a crash makes no call twice. Left out, a new one
   * per run.
   */
  idempotencyKey?: (order: Order, index: number) => string
  signal?: AbortSignal
}

type TriggerOne = (
  order: Order,
  options: { idempotencyKey: string | undefined; signal: AbortSignal | undefined },
) => Promise<{ triggered: Triggered; headers: Headers }>

/**
 * One order at a time: with a single request in flight, the window state in a response still holds for the next
 * request, so the window's limit is never hit. Full slots show only as a 429, one per wait. Goes on after a rejected
 * order; rejects when the next one would fail too (the key, the server), and with the signal's reason once it aborts.
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
