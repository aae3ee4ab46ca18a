import type { Clock } from '../clock.ts'
import { AddressWindows } from '../address-windows.ts'
import { Windows } from '../limits/window.ts'
import { clientNetworks } from '../networks.ts'
import { createLimiter } from './limiter.ts'
import { Attempts } from './attempts.ts'
import { normalEmail } from './email.ts'
import { passwordLeast, passwordMost } from './password-rules.ts'
import type { Person } from './person.ts'
import { run, type Work } from '../work.ts'

/** OWASP's second recommendation for argon2id: 19 MiB, two passes; about 60 ms. */
const argon2id = { algorithm: 'argon2id', memoryCost: 19_456, timeCost: 2 } as const

const hashesAtOnce = 2
const hashesWaiting = 20
/** Extra places for addresses that have signed in to the account before: a flood from elsewhere cannot take them. */
const hashesReserved = 5
/** The most attempts per minute of an address, over all accounts. */
const attemptsPerMinute = 20
/**
 * The most attempts per hour at an account from all addresses together that never signed in to it. Whoever uses it up
 * cannot keep the owner out of the addresses that did, nor from a link to a new password.
 */
const unknownAttemptsPerHour = 50
/** Bounds the memory of a flood of ever new accounts; those beyond it share one count. */
const countedAccounts = 50_000
/** The most checks per minute of whether a form holds a password: within a session, each of them is a guess. */
const comparisonsPerMinute = 20

export type SignInResult = { person: Person } | { refused: true; retryAfterSeconds?: number }

export interface KnownAddresses {
  /** True for an address from which the person has signed in. */
  has(personId: string, address: string | null): Work<boolean>
}

interface PeopleStore {
  findByEmail(email: string): Work<Person | undefined>
}

/**
 * Hashes and checks passwords, at most two at a time. Each wrong password lengthens the wait for that pair of address
 * and account, so that nobody can lock an account from elsewhere. An address has a budget over all accounts, so that it
 * cannot fill the queue. Against many addresses, an account has a budget for those that never signed in to it, and
 * places in the queue are reserved for those that did.
 */
export class Passwords {
  readonly #people: PeopleStore
  readonly #clock: Clock
  readonly #attempts: Attempts
  readonly #known: KnownAddresses
  readonly #budgets = new AddressWindows(60_000)
  readonly #unknown = new Windows(60 * 60_000)
  readonly #comparisons = new Windows(60_000)
  readonly #limit = createLimiter(hashesAtOnce)
  #waiting = 0
  #decoy: Promise<string> | undefined

  constructor(people: PeopleStore, known: KnownAddresses, clock: Clock) {
    this.#people = people
    this.#known = known
    this.#clock = clock
    this.#attempts = new Attempts(clock)
  }

  hash(password: string) {
    return this.#limit(() => Bun.password.hash(password, argon2id))
  }

  /** An unknown account costs the same time and the same waits as a known one, so that neither can be told apart. */
  async signIn(givenEmail: string, password: string, address: string | null): Promise<SignInResult> {
    const email = normalEmail(givenEmail).slice(0, 254)
    const pair = `${clientNetworks(address).host} ${email}`
    const isKnown = await run(this.#isKnown(email, address))
    // Judged and counted in one step: in a wait between them, any number of attempts would be judged alike.
    const waitSeconds = this.#attempts.waitSeconds(pair)
    if (waitSeconds > 0) return { refused: true, retryAfterSeconds: waitSeconds }
    const places = hashesWaiting + (isKnown ? hashesReserved : 0)
    if (this.#waiting >= places) return { refused: true, retryAfterSeconds: 1 }
    const budget = this.#takeAttempt(email, address, isKnown)
    if (!budget.granted) return { refused: true, retryAfterSeconds: budget.resetSeconds }

    this.#waiting++
    this.#attempts.countFailure(pair)
    try {
      const person = await run(this.#people.findByEmail(email))
      this.#decoy ??= this.hash(crypto.randomUUID())
      const hash = person?.passwordHash ?? (await this.#decoy)
      const matches =
        password.length <= passwordMost && (await this.#limit(() => Bun.password.verify(password, hash)))
      // The password may have been changed during the check.
      const stillHolds = (await run(this.#people.findByEmail(email)))?.passwordHash === hash
      if (!matches || !person || !stillHolds) return { refused: true }
      this.#attempts.succeed(pair)
      return { person }
    } finally {
      this.#waiting--
    }
  }

  *#isKnown(email: string, address: string | null) {
    const found = yield* this.#people.findByEmail(email)
    return found !== undefined && (yield* this.#known.has(found.id, address))
  }

  #takeAttempt(email: string, address: string | null, isKnown: boolean) {
    const now = this.#clock.monotonic()
    const budget = this.#budgets.take(address, attemptsPerMinute, now)
    if (!budget.granted || isKnown) return budget
    this.#unknown.sweep(now)
    const account = this.#unknown.size < countedAccounts ? email : 'others'
    return this.#unknown.take(account, unknownAttemptsPerHour, now)
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
