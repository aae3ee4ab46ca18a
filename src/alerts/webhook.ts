/** The owner of what belongs to the whole gate. */
export const gateOwner = 'gate'

/** The webhook to which operators have alerts sent. */
export interface AlertWebhook {
  url: string
  /** The last characters of the signing secret. */
  hint: string
  savedAt: number
  /** Until this time, the secret before the last rotation signs as well. */
  previousUntil: number | null
  /** The reason why callgate sends nothing there any more; null while it does. */
  offReason: string | null
}
