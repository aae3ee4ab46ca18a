import type { Clock } from '../clock.ts'
import { Windows } from '../limits/window.ts'
import { createLimiter } from '../outgoing/limiter.ts'
import { Attempts } from './attempts.ts'
import { normalEmail } from './email.ts'
import type { Person } from './person.ts'

/** OWASP's second recommendation for argon2id: 19 MiB, two passes; about 60 ms. */
const argon2id = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const
export const passwordLeast = 12
/** Longer passwords are rejected before hashing. */
export const passwordMost = 1024

const hashesAtOnce = 2
const hashesWaiting = 20
/** Extra places for addresses that have signed in to the account before: a flood from elsewhere cannot take them. */
const hashesReserved = 5
const attemptsPerMinute = 20
/** The most checks per minute of whether a form holds a password: within a session, each of them is a guess. */
const comparisonsPerMinute = 20

export type SignInResult = { person: Person } | { refused: true; retryAfterSeconds?: number }

interface PeopleStore {
  findByEmail(email: string): Person | undefined
}

/**
 * Hashes and checks passwords, at most two at a time. Each wrong password lengthens the wait for that pair of address
 * and account, so that nobody can lock an account from elsewhere. An address has a budget over all accounts, so that it
 * cannot fill the queue; against many addresses, places are reserved for those that have signed in before.
 */
export class Passwords {
  readonly #people: PeopleStore
  readonly #clock: Clock
  readonly #attempts: Attempts
  readonly #budgets = new Windows(60_000)
  readonly #comparisons = new Windows(60_000)
  readonly #limit = createLimiter(hashesAtOnce)
  #waiting = 0
  #decoy: Promise<string> | undefined

  constructor(people: PeopleStore, clock: Clock) {
    this.#people = people
    this.#clock = clock
    this.#attempts = new Attempts(clock)
  }

  hash(password: string) {
    return this.#limit(() => Bun.password.hash(password, argon2id))
  }

  /** An unknown account costs the same time and the same waits as a known one, so that neither can be told apart. */
  async signIn(givenEmail: string, password: string, address: string): Promise<SignInResult> {
    const email = normalEmail(givenEmail).slice(0, 254)
    const pair = `${address} ${email}`
    const waitSeconds = this.#attempts.waitSeconds(pair)
    if (waitSeconds > 0) return { refused: true, retryAfterSeconds: waitSeconds }
    const places = hashesWaiting + (this.#attempts.hasSucceeded(pair) ? hashesReserved : 0)
    if (this.#waiting >= places) return { refused: true, retryAfterSeconds: 1 }
    const budget = this.#budgets.take(address, attemptsPerMinute, this.#clock.monotonic())
    if (!budget.granted) return { refused: true, retryAfterSeconds: budget.resetSeconds }

    this.#waiting++
    this.#attempts.countFailure(pair)
    try {
      const person = this.#people.findByEmail(email)
      this.#decoy ??= this.hash(crypto.randomUUID())
      const hash = person?.passwordHash ?? (await this.#decoy)
      const matches = await this.#limit(() => Bun.password.verify(password.slice(0, passwordMost), hash))
      // The password may have been changed during the check.
      const stillHolds = this.#people.findByEmail(email)?.passwordHash === hash
      if (!matches || !person || !stillHolds) return { refused: true }
      this.#attempts.succeed(pair)
      return { person }
    } finally {
      this.#waiting--
    }
  }

  /**
   * True where one of these texts is the person's own password, which browsers fill into wrong fields: such a form must
   * not be sent on. Undefined above the limit of checks per minute.
   */
  async isAmong(texts: readonly string[], { id, passwordHash }: Person): Promise<boolean | undefined> {
    const now = this.#clock.monotonic()
    if (!this.#comparisons.take(id, comparisonsPerMinute, now).granted) return undefined
    const possible = texts.filter(({ length }) => length >= passwordLeast && length <= passwordMost)
    for (const text of new Set(possible))
      if (await this.#limit(() => Bun.password.verify(text, passwordHash))) return true
    return false
  }
}
