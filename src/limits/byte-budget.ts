interface Waiting {
  bytes: number
  start(): void
}

/** How many bytes may be in memory at once, by all who take of them. */
export class ByteBudget {
  readonly #most: number
  readonly #queue: Waiting[] = []
  #held = 0

  constructor(most: number) {
    this.#most = most
  }

  /** False without room, also for those who wait already. */
  tryTake(bytes: number): boolean {
    if (this.#queue.length > 0 || this.#held + bytes > this.#most) return false
    this.#held += bytes
    return true
  }

  /**
   * Waits in order until there is room for all of it, which nobody then holds a part of. Rejects as the signal aborts, and
   * for more than there is in all.
   */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (bytes > this.#most) throw new RangeError('more than the whole budget')
    if (this.tryTake(bytes)) return
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const start = () => {
      signal.removeEventListener('abort', leave)
      resolve()
    }
    const waiting = { bytes, start }
    const leave = () => {
      this.#queue.splice(this.#queue.indexOf(waiting), 1)
      reject(signal.reason)
      this.#next()
    }
    this.#queue.push(waiting)
    signal.addEventListener('abort', leave, { once: true })
    await promise
  }

  give(bytes: number) {
    this.#held -= bytes
    this.#next()
  }

  #next() {
    for (
      let first = this.#queue[0];
      first && this.#held + first.bytes <= this.#most;
      first = this.#queue[0]
    ) {
      this.#queue.shift()
      this.#held += first.bytes
      first.start()
    }
  }
}
