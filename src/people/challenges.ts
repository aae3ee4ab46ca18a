import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../clock.ts'

const validMs = 5 * 60_000
const nonceBytes = 16
const timeBytes = 8
const headBytes = nonceBytes + timeBytes

/**
 * Challenges of passkeys. Each is valid for one purpose, once, and for five minutes. They carry their own proof, so that
 * nothing has to be kept for each visitor of the sign-in page; only used ones are remembered. A restart ends them all.
 */
export class Challenges {
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #key = randomBytes(32)
  readonly #used = new Map<string, number>()

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** A new challenge. `purpose` says what its signature may do, and for whom. */
  issue(purpose: string): Uint8Array<ArrayBuffer> {
    const head = Buffer.alloc(headBytes)
    randomBytes(nonceBytes).copy(head)
    head.writeDoubleBE(this.#clock.monotonic() + validMs, nonceBytes)
    return new Uint8Array(Buffer.concat([head, this.#proof(head, purpose)]))
  }

  /** True for a challenge of this purpose that is neither used nor too old. `challenge` is in base64url. */
  isValid(challenge: string, purpose: string): boolean {
    const bytes = Buffer.from(challenge, 'base64url')
    const head = bytes.subarray(0, headBytes)
    const proof = bytes.subarray(headBytes)
    const expected = this.#proof(head, purpose)
    return (
      proof.length === expected.length &&
      timingSafeEqual(proof, expected) &&
      head.readDoubleBE(nonceBytes) > this.#clock.monotonic() &&
      !this.#used.has(challenge)
    )
  }

  /** Uses up a valid challenge; false where it is not valid, or was used in the meantime. */
  use(challenge: string, purpose: string): boolean {
    if (!this.isValid(challenge, purpose)) return false
    const now = this.#clock.monotonic()
    for (const [old, forgottenAt] of this.#used) if (forgottenAt <= now) this.#used.delete(old)
    this.#used.set(challenge, now + validMs)
    return true
  }

  #proof(head: Uint8Array, purpose: string) {
    return createHmac('sha256', this.#key).update(head).update(purpose).digest()
  }
}
