/** Keeps a second of something from beginning while the first goes on. */
export class OneAtATime {
  readonly #running = new Set<string>()

  /** Dispose the result when it is over; undefined where one with this key is going on. */
  begin(key: string): Disposable | undefined {
    if (this.#running.has(key)) return undefined
    this.#running.add(key)
    return { [Symbol.dispose]: () => void this.#running.delete(key) }
  }
}
