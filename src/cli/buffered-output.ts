import { writeSync } from 'node:fs'

interface Sink {
  fd: number
  write(text: string, taken: () => void): unknown
}

/** Buffers the text of one turn of the event loop, writes it in order, and counts what the reader has not taken yet. */
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

  /** The number of characters not taken yet. */
  get waitingLength() {
    return this.#waitingLength
  }

  /** Bounds the wait of `drained`. */
  limitDrain(patienceMs: number) {
    this.#patienceMs = patienceMs
  }

  /** Resolves when everything is taken: the end of the process would cut off what waits in a slow pipe. */
  async drained() {
    this.#flush()
    if (this.#waitingLength === 0) return
    const taken = new Promise<void>((done) => this.#drained.add(done))
    await (this.#patienceMs === undefined ? taken : Promise.race([taken, Bun.sleep(this.#patienceMs)]))
  }

  /** Writes the buffer at once, for a process that exits in the middle of a turn. */
  flushSync() {
    try {
      const text = this.#take()
      if (text !== '') writeSync(this.#sink.fd, text)
    } catch {
      // The pipe is full or closed, and the process ends: the text is lost.
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
