import type { Clock } from '../clock.ts'
import { tokenHash } from '../keys/token.ts'
import { type FactorAudience, needsFactor } from './factor.ts'
import type { Person, Session } from './person.ts'
import type { Work } from '../work.ts'

/** The log for failed writes. */
interface WarnLog {
  warn(message: string, facts?: Record<string, unknown>): void
}

/** A session with what decides whether a second factor is due. */
export interface FoundSession {
  session: Session
  person: Person
  /** True where the person has a second factor. */
  hasFactor: boolean
}

interface SessionStore {
  openSession(session: Session): Work<void>
  findSession(hash: string): Work<FoundSession | undefined>
  /** The people who need a second factor. */
  factorAudience(): Work<FactorAudience>
  touchSession(hash: string, seenAt: number): Work<void>
  renewSession(hash: string, renewed: Pick<Session, 'hash' | 'confirmedAt' | 'secondFactorAt'>): Work<void>
  closeSession(hash: string): Work<void>
  sessionsOf(personId: string): Work<Session[]>
  /** Removes sessions whose times are not after these, or are in the future. */
  dropSessions(times: { createdBefore: number; seenBefore: number; now: number }): Work<void>
}

/** The addresses from which people have signed in. */
interface AddressStore {
  remember(personId: string, address: string | null, now: number): Work<void>
}

/** The request that opens a session, and its client's address. */
export interface Visit {
  request: Request
  address: string | null
}

/** Bounds what a header puts on disk. Browsers' own are shorter. */
const userAgentMost = 300
const idleMs = 30 * 60_000
const absoluteMs = 8 * 60 * 60_000
/** The longest time between the password and the second factor. */
const secondFactorMs = 10 * 60_000
/** Within this time after a proof of who it is, none is asked for before sensitive operations. */
const confirmedMs = 10 * 60_000
/** The written "last seen" may be this old, so that a page view is not always a write. */
const touchEveryMs = 60_000
/** The header of background requests of a page, which do not extend a session. */
export const refreshHeader = 'x-refresh'

/** The step of signing in that a session still lacks: the second factor itself, or setting one up where it is required. */
export type MissingStep = 'second_factor' | 'enrolment'

export interface SignedIn {
  person: Person
  session: Session
  missing: MissingStep | null
}

/** A session ends by its times. One from the future too: the clock was set back, and nobody knows its age. */
export const isOver = ({ createdAt, seenAt }: Pick<Session, 'createdAt' | 'seenAt'>, now: number) =>
  createdAt <= now - absoluteMs || seenAt <= now - idleMs || createdAt > now || seenAt > now

/** Sessions. Only the cookie holds the token; its hash is stored. */
export class Sessions {
  readonly #store: SessionStore
  readonly #addresses: AddressStore
  readonly #clock: Clock
  readonly #log: WarnLog
  readonly cookieName: string
  readonly #secure: boolean

  constructor(store: SessionStore, addresses: AddressStore, clock: Clock, log: WarnLog, secure: boolean) {
    this.#store = store
    this.#addresses = addresses
    this.#log = log
    this.#clock = clock
    this.#secure = secure
    this.cookieName = this.#secure ? '__Host-callgate' : 'callgate'
  }

  /**
   * Opens a session with a new token, closes the request's own, and returns the cookie. `hasFactor` is for a passkey,
   * which is both factors at once.
   */
  *open(personId: string, { request, address }: Visit, hasFactor = false) {
    yield* this.#end(request)
    const token = randomToken()
    const now = this.#clock.now()
    yield* this.#store.dropSessions({ createdBefore: now - absoluteMs, seenBefore: now - idleMs, now })
    const times = { createdAt: now, seenAt: now, confirmedAt: now, secondFactorAt: hasFactor ? now : null }
    const userAgent = request.headers.get('user-agent')?.slice(0, userAgentMost) ?? null
    yield* this.#store.openSession({ hash: tokenHash(token), personId, address, userAgent, ...times })
    // Whoever has only the password of an account must not make an address known to it.
    const found = yield* this.#store.findSession(tokenHash(token))
    if (found && (yield* this.#missingIn(found)) !== 'second_factor')
      yield* this.#addresses.remember(personId, address, now)
    return this.#cookie(token)
  }

  /**
   * Gives the request's session a new token after a proof of who it is (ASVS 7.2.4), and returns the cookie. The
   * session ends when it would have ended.
   */
  *renew({ session }: SignedIn, { hasFactor }: { hasFactor: boolean }) {
    const token = randomToken()
    const now = this.#clock.now()
    const secondFactorAt = hasFactor ? now : session.secondFactorAt
    yield* this.#store.renewSession(session.hash, {
      hash: tokenHash(token),
      confirmedAt: now,
      secondFactorAt,
    })
    if (hasFactor) yield* this.#addresses.remember(session.personId, session.address, now)
    return this.#cookie(token)
  }

  /** The session of the request's cookie, and the step that it lacks; undefined without a valid session. */
  *find(request: Request): Work<SignedIn | undefined> {
    const token = this.#token(request)
    if (!token) return undefined
    const now = this.#clock.now()
    const found = yield* this.#store.findSession(tokenHash(token))
    if (!found || isOver(found.session, now)) return undefined
    const { person, session } = found
    const missing = yield* this.#missingIn(found)
    if (missing === 'second_factor' && session.createdAt <= now - secondFactorMs) return undefined
    const asked = !request.headers.has(refreshHeader)
    if (asked && session.seenAt <= now - touchEveryMs) yield* this.#touch(session.hash, now)
    return { person, session, missing }
  }

  /** The person of the request's cookie; undefined without a valid session that lacks no step. */
  *person(request: Request): Work<Person | undefined> {
    const found = yield* this.find(request)
    return found?.missing === null ? found.person : undefined
  }

  /** The sessions of a person that are not over, the last used first. */
  *list(personId: string): Work<Session[]> {
    const now = this.#clock.now()
    return (yield* this.#store.sessionsOf(personId)).filter((session) => !isOver(session, now))
  }

  /** True where the person proved a short time ago that it is them. A time in the future proves nothing. */
  isConfirmed({ confirmedAt }: Session) {
    const age = this.#clock.now() - confirmedAt
    return age >= 0 && age < confirmedMs
  }

  /** Closes the session, and returns the cookie that removes it from the browser. */
  *close(request: Request) {
    yield* this.#end(request)
    return this.#cookie('')
  }

  /** Asked anew for each request, so that a factor or a requirement that was added holds for open sessions too. */
  *#missingIn({ session, person, hasFactor }: FoundSession): Work<MissingStep | null> {
    if (hasFactor) return session.secondFactorAt === null ? 'second_factor' : null
    return needsFactor(yield* this.#store.factorAudience(), person) ? 'enrolment' : null
  }

  *#end(request: Request) {
    const token = this.#token(request)
    if (token) yield* this.#store.closeSession(tokenHash(token))
  }

  /** A full disk must not lock out the operator who comes to fix it. */
  *#touch(hash: string, now: number) {
    try {
      yield* this.#store.touchSession(hash, now)
    } catch (error) {
      this.#log.warn('the last use of a session could not be written', { error: String(error) })
    }
  }

  #token(request: Request) {
    return new Bun.CookieMap(request.headers.get('cookie') ?? '').get(this.cookieName)
  }

  #cookie(value: string) {
    return new Bun.Cookie(this.cookieName, value, {
      path: '/',
      httpOnly: true,
      sameSite: 'strict',
      secure: this.#secure,
      ...(value === '' ? { maxAge: 0 } : {}),
    }).toString()
  }
}

/** 256 bits from a CSPRNG. */
export const randomToken = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
