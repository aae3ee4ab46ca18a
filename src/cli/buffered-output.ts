import { writeSync } from 'node:fs'

interface Sink {
  fd: number
  write(text: string, taken: () => void): unknown
}

/** Writes text to a stream in its order, all of one turn of the event loop at once, and knows what was not taken yet. */
export class BufferedOutput {
  readonly #sink: Sink
  #queued: string[] = []
  #waitingLength = 0
  #patienceMs: number | undefined
  #drained = new Set<() => void>()

  constructor(sink: Sink) {
    this.#sink = sink
  }

  write(text: string) {
    if (this.#queued.length === 0) setImmediate(() => this.#flush())
    this.#queued.push(text)
    this.#waitingLength += text.length
  }

  /** How many characters nobody has taken yet. */
  get waitingLength() {
    return this.#waitingLength
  }

  /** From now on `drained` waits no longer than this. */
  limitDrain(patienceMs: number) {
    this.#patienceMs = patienceMs
  }

  /** Resolves when all has been taken: what a slow pipe has not is cut off by the end of the process. */
  async drained() {
    this.#flush()
    if (this.#waitingLength === 0) return
    const taken = new Promise<void>((done) => this.#drained.add(done))
    await (this.#patienceMs === undefined ? taken : Promise.race([taken, Bun.sleep(this.#patienceMs)]))
  }

  /** For a process that ends in the middle of a turn: writes at once what is queued. */
  flushSync() {
    try {
      const text = this.#take()
      if (text !== '') writeSync(this.#sink.fd, text)
    } catch {
      // A pipe that is full or closed. There is no later for it.
    }
  }

  #flush() {
    const text = this.#take()
    if (text === '') return
    this.#sink.write(text, () => {
      this.#waitingLength -= text.length
      if (this.#waitingLength > 0) return
      for (const done of this.#drained) done()
      this.#drained.clear()
    })
  }

  #take() {
    const text = this.#queued.join('')
    this.#queued = []
    return text
  }
}
