import type { Clock } from '../clock.ts'
import { newTotpSecret } from './totp.ts'

const validMs = 30 * 60_000
const most = 1000

/** The secrets of authenticator apps that are being set up. They are stored once a code proves that the app has them. */
export class Enrolments {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #secrets = new Map<string, { secret: string; endsAt: number }>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** The same secret for a person until it is used or half an hour old, so that a reload changes nothing. */
  secretFor(personId: string) {
    const now = this.#clock.monotonic()
    const open = this.#secrets.get(personId)
    if (open && open.endsAt > now) return open.secret
    const secret = newTotpSecret()
    this.#secrets.delete(personId)
    this.#secrets.set(personId, { secret, endsAt: now + validMs })
    const oldest = this.#secrets.keys().next().value
    if (this.#secrets.size > most && oldest !== undefined) this.#secrets.delete(oldest)
    return secret
  }

  end(personId: string) {
    this.#secrets.delete(personId)
  }
}
