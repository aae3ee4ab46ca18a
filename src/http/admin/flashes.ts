import type { Clock } from '../../clock.ts'
import { cookieIn } from '../cookies.ts'

/** Enough for every form that is sent within `keptMs`, and a bound for the memory. */
const keptMost = 1000
const keptMs = 60_000

interface Kept {
  sentence: string
  /** Null for whoever is not signed in. */
  personId: string | null
  at: number
}

/**
 * What forms did, for the page that comes next. A cookie holds only a random id, so nobody can make a page say
 * something; the sentences are in memory, each for one person and one page. After a restart the next page says nothing.
 */
export class Flashes {
  readonly #clock: Pick<Clock, 'now'>
  readonly #secure: boolean
  readonly #cookieName: string
  readonly #kept = new Map<string, Kept>()

  constructor(clock: Pick<Clock, 'now'>, secure: boolean) {
    this.#clock = clock
    this.#secure = secure
    this.#cookieName = secure ? '__Host-callgate-flash' : 'callgate-flash'
  }

  /** Keeps a sentence for the next page of a person, and returns its id and the cookie that holds it. */
  keep(sentence: string, personId: string | null) {
    const id = crypto.randomUUID()
    const now = this.#clock.now()
    for (const [each, { at }] of this.#kept)
      if (this.#kept.size >= keptMost || now - at >= keptMs) this.#kept.delete(each)
      else break
    this.#kept.set(id, { sentence, personId, at: now })
    const cookie = new Bun.Cookie(this.#cookieName, id, {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: this.#secure,
      maxAge: keptMs / 1000,
    })
    return { id, cookie: cookie.toString() }
  }

  /** The id in the cookie of a request. */
  idIn(request: Request) {
    return cookieIn(request, this.#cookieName)
  }

  /** The sentence that is kept for this person under this id, once. */
  take(id: string | undefined, personId: string | null): string | undefined {
    const kept = id === undefined ? undefined : this.#kept.get(id)
    if (id === undefined || kept?.personId !== personId) return undefined
    this.#kept.delete(id)
    return this.#clock.now() - kept.at < keptMs ? kept.sentence : undefined
  }
}
