import { ByteBudget } from '../limits/byte-budget.ts'
import type { Reserve, Send } from '../outgoing/send.ts'

/** Of all large responses that are being read: eight of the largest. */
const bytesInAll = 32 * 1024 * 1024
/** One of the largest: an account whose responses are all as large as can be waits for itself, and not others for it. */
const bytesPerAccount = 4 * 1024 * 1024

/** Bounds what the responses of all providers, and of each account, take of the memory while they are read. */
export const createAnswerBudget = () => {
  const all = new ByteBudget(bytesInAll)
  /** `send` for one account. */
  return (send: Send): Send => {
    const own = new ByteBudget(bytesPerAccount)
    const reserve: Reserve = async (bytes, signal) => {
      await own.take(bytes, signal)
      try {
        await all.take(bytes, signal)
      } catch (error) {
        own.give(bytes)
        throw error
      }
      return () => {
        own.give(bytes)
        all.give(bytes)
      }
    }
    return (url, request) => send(url, { ...request, reserve })
  }
}
