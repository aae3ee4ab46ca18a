import type { Clock } from '../clock.ts'
import { tokenHash } from '../keys/token.ts'
import type { Person, Session } from './person.ts'

/** The log for failed writes. */
interface WarnLog {
  warn(message: string, facts?: Record<string, unknown>): void
}

interface SessionStore {
  openSession(session: Session): void
  findSession(hash: string): { session: Session; person: Person } | undefined
  touchSession(hash: string, seenAt: number): void
  closeSession(hash: string): void
  dropSessions(createdBefore: number, seenBefore: number): void
}

const idleMs = 30 * 60_000
const absoluteMs = 8 * 60 * 60_000
/** The written "last seen" may be this old, so that a page view is not always a write. */
const touchEveryMs = 60_000
/** The header of background requests of a page, which do not extend a session. */
const refreshHeader = 'x-refresh'

/** Sessions. Only the cookie holds the token; its hash is stored. */
export class Sessions {
  readonly #store: SessionStore
  readonly #clock: Clock
  readonly #log: WarnLog
  readonly cookieName: string
  readonly #secure: boolean

  constructor(store: SessionStore, clock: Clock, log: WarnLog, secure: boolean) {
    this.#store = store
    this.#log = log
    this.#clock = clock
    this.#secure = secure
    this.cookieName = this.#secure ? '__Host-callgate' : 'callgate'
  }

  /** Opens a session with a new token, closes the request's own, and returns the cookie. */
  open(personId: string, request: Request) {
    this.#end(request)
    const token = randomToken()
    const now = this.#clock.now()
    this.#store.dropSessions(now - absoluteMs, now - idleMs)
    this.#store.openSession({ hash: tokenHash(token), personId, createdAt: now, seenAt: now })
    return this.#cookie(token)
  }

  /** The person of the request's cookie; undefined without a valid session. */
  person(request: Request): Person | undefined {
    const token = this.#token(request)
    if (!token) return undefined
    const now = this.#clock.now()
    const found = this.#store.findSession(tokenHash(token))
    if (!found || found.session.createdAt <= now - absoluteMs || found.session.seenAt <= now - idleMs)
      return undefined
    const asked = !request.headers.has(refreshHeader)
    if (asked && found.session.seenAt <= now - touchEveryMs) this.#touch(found.session.hash, now)
    return found.person
  }

  /** Closes the session, and returns the cookie that removes it from the browser. */
  close(request: Request) {
    this.#end(request)
    return this.#cookie('')
  }

  #end(request: Request) {
    const token = this.#token(request)
    if (token) this.#store.closeSession(tokenHash(token))
  }

  /** A full disk must not lock out the operator who comes to fix it. */
  #touch(hash: string, now: number) {
    try {
      this.#store.touchSession(hash, now)
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
