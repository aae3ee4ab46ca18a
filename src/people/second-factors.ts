import type { Clock } from '../clock.ts'
import { Windows } from '../limits/window.ts'
import { clientNetworks } from '../networks.ts'
import { Attempts } from './attempts.ts'
import type { Factor } from './factor.ts'
import type { KnownAddresses } from './passwords.ts'
import type { Person } from './person.ts'
import { recoveryCodeHash } from './recovery-codes.ts'
import { isTotpCode, totpStep } from './totp.ts'
import type { Work } from '../work.ts'

const hourMs = 60 * 60_000
/**
 * The most six-digit codes per hour and account from addresses that never signed in to it. Recovery codes and passkeys
 * cannot be guessed and have no such limit, so that nobody can keep the owner out.
 */
const codesPerHour = 20

export type CodeResult = { used: Factor | 'recovery code' } | { refused: true; retryAfterSeconds?: number }

interface FactorStore {
  totpSecrets(personId: string): Work<{ factor: Factor; secret: string }[]>
  useStep(id: string, step: number, now: number): Work<boolean>
  useRecoveryCode(personId: string, hash: string): Work<boolean>
}

/** Checks the codes of authenticator apps, and recovery codes. Each is accepted once. */
export class SecondFactors {
  readonly #store: FactorStore
  readonly #known: KnownAddresses
  readonly #clock: Clock
  readonly #attempts: Attempts
  readonly #codes = new Windows(hourMs)

  constructor(store: FactorStore, known: KnownAddresses, clock: Clock) {
    this.#store = store
    this.#known = known
    this.#clock = clock
    this.#attempts = new Attempts(clock)
  }

  /** Uses up a code. Call it in the transaction of what the code is for. */
  *check({ id }: Person, typed: string, address: string | null, { recovery = true } = {}): Work<CodeResult> {
    const pair = `${clientNetworks(address).host} ${id}`
    const code = typed.replaceAll(/\s/g, '')
    const isGuess = isTotpCode(code) && !(yield* this.#known.has(id, address))
    // Judged and counted in one step: in a wait between them, any number of guesses would be judged alike.
    const waitSeconds = this.#attempts.waitSeconds(pair)
    if (waitSeconds > 0) return { refused: true, retryAfterSeconds: waitSeconds }
    const budget = isGuess ? this.#takeCode(id) : undefined
    if (budget && !budget.granted) return { refused: true, retryAfterSeconds: budget.resetSeconds }
    this.#attempts.countFailure(pair)
    const used = isTotpCode(code)
      ? yield* this.#useTotpCode(id, code)
      : recovery && (yield* this.#useRecoveryCode(id, code))
    if (!used) return { refused: true }
    this.#attempts.succeed(pair)
    return { used }
  }

  #takeCode(personId: string) {
    return this.#codes.take(personId, codesPerHour, this.#clock.monotonic())
  }

  *#useTotpCode(personId: string, code: string): Work<Factor | undefined> {
    const now = this.#clock.now()
    for (const { factor, secret } of yield* this.#store.totpSecrets(personId)) {
      const step = totpStep(secret, code, now)
      if (step !== undefined && (yield* this.#store.useStep(factor.id, step, now))) return factor
    }
    return undefined
  }

  *#useRecoveryCode(personId: string, code: string) {
    return (yield* this.#store.useRecoveryCode(personId, recoveryCodeHash(code)))
      ? ('recovery code' as const)
      : undefined
  }
}
