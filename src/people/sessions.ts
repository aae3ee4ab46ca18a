import type { Clock } from '../clock.ts'
import { tokenHash } from '../keys/token.ts'
import type { Person, Session } from './person.ts'

/** Where what cannot be stored is told. */
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
/** How stale the written "last seen" may be: a page view need not be a write. */
const touchEveryMs = 60_000
/** On what a page fetches by itself: nobody asked for it, so it keeps nobody signed in. */
const refreshHeader = 'x-refresh'

/** Signed-in browsers. The token exists only in the cookie; what is stored is its hash. */
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

  /** Begins a session in the place of the request's own, and gives its cookie: its token is always a new one. */
  open(personId: string, request: Request) {
    this.#end(request)
    const token = randomToken()
    const now = this.#clock.now()
    this.#store.dropSessions(now - absoluteMs, now - idleMs)
    this.#store.openSession({ hash: tokenHash(token), personId, createdAt: now, seenAt: now })
    return this.#cookie(token)
  }

  /** Who the request's cookie stands for; undefined when nobody is signed in, or not any more. */
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

  /** Ends the session and gives the cookie that removes it from the browser. */
  close(request: Request) {
    this.#end(request)
    return this.#cookie('')
  }

  #end(request: Request) {
    const token = this.#token(request)
    if (token) this.#store.closeSession(tokenHash(token))
  }

  /** A full disk must not lock out who comes to look at it. */
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
