/** A request's claim to a turn. */
export interface Turn {
  agencyId: string
  /** A provider account or a webhook endpoint of the agency. */
  destination: string
  /** True for a request that places a call. */
  isPlacing: boolean
}

/** The most concurrent requests, and how many of them may be others than those that place calls. */
interface Share {
  most: number
  others: number
}

interface Shares {
  inAll: Share
  perAgency: Share
  perDestination: Share
}

/**
 * The runtime runs so many requests at a time and counts the wait of the others as part of their timeout, so they have
 * to wait here. What is left of `most` beside `others` is reserved for placing calls: no destination that hangs, no
 * agency and no flood of tests or webhooks keeps a call from being placed.
 */
export const outgoingShares = (runtimeMost: number): Shares => {
  const perAgency = Math.max(60, Math.floor(runtimeMost / 16))
  const part = (of: number, share: number) => Math.max(1, Math.floor(of * share))
  return {
    inAll: { most: runtimeMost, others: part(runtimeMost, 0.6) },
    perAgency: { most: perAgency, others: part(perAgency, 2 / 3) },
    perDestination: { most: part(perAgency, 2 / 3), others: part(perAgency, 0.5) },
  }
}

interface Count {
  all: number
  others: number
}

interface Waiting {
  turn: Turn
  begin(): void
}

/**
 * Gives turns to all outgoing requests. Of those that wait, requests that place calls come first, then each destination
 * gets a turn after the other; the requests to one destination keep their order.
 */
export class OutgoingLimiter {
  readonly #shares: Shares
  readonly #inAll: Count = { all: 0, others: 0 }
  readonly #agencies = new Map<string, Count>()
  readonly #destinations = new Map<string, Count>()
  /** By destination, the one that is next in turn first. */
  readonly #placing = new Map<string, Waiting[]>()
  readonly #others = new Map<string, Waiting[]>()

  constructor(shares: Shares) {
    this.#shares = shares
  }

  /** Runs a request in its turn. */
  async run<T>(turn: Turn, work: () => Promise<T>): Promise<T> {
    const release = await this.take(turn)
    try {
      return await work()
    } finally {
      release()
    }
  }

  /** Waits for a turn. Call the result once, when the request is over. */
  async take(turn: Turn): Promise<() => void> {
    if (this.#mayRun(turn)) this.#count(turn, 1)
    else await new Promise<void>((begin) => this.#enqueue({ turn, begin }))
    return () => {
      this.#count(turn, -1)
      this.#begin(this.#placing)
      this.#begin(this.#others)
    }
  }

  #enqueue(waiting: Waiting) {
    const queues = this.#queuesOf(waiting.turn)
    const queue = queues.get(waiting.turn.destination)
    if (queue) queue.push(waiting)
    else queues.set(waiting.turn.destination, [waiting])
  }

  /** Begins what may run now. A destination that got a turn goes to the end. */
  #begin(queues: Map<string, Waiting[]>) {
    for (const [destination, queue] of queues) {
      const [next] = queue
      if (!next || !this.#mayRun(next.turn)) {
        if (this.#isFull(queues === this.#placing)) return
        continue
      }
      queue.shift()
      queues.delete(destination)
      // A map goes on with what is added to it while it is read, so a destination comes round until it may not run.
      if (queue.length > 0) queues.set(destination, queue)
      this.#count(next.turn, 1)
      next.begin()
    }
  }

  #mayRun(turn: Turn) {
    const { inAll, perAgency, perDestination } = this.#shares
    return (
      hasRoom(this.#inAll, inAll, turn) &&
      hasRoom(this.#agencies.get(turn.agencyId), perAgency, turn) &&
      hasRoom(this.#destinations.get(turn.destination), perDestination, turn)
    )
  }

  #isFull(isPlacing: boolean) {
    return !hasRoom(this.#inAll, this.#shares.inAll, { isPlacing })
  }

  #count(turn: Turn, by: 1 | -1) {
    add(this.#inAll, turn, by)
    for (const [counts, key] of [
      [this.#agencies, turn.agencyId],
      [this.#destinations, turn.destination],
    ] as const) {
      const count = counts.get(key) ?? { all: 0, others: 0 }
      add(count, turn, by)
      if (count.all > 0) counts.set(key, count)
      else counts.delete(key)
    }
  }

  #queuesOf({ isPlacing }: Turn) {
    return isPlacing ? this.#placing : this.#others
  }
}

const hasRoom = (
  { all, others }: Count = { all: 0, others: 0 },
  share: Share,
  { isPlacing }: Pick<Turn, 'isPlacing'>,
) => all < share.most && (isPlacing || others < share.others)

const add = (count: Count, { isPlacing }: Turn, by: 1 | -1) => {
  count.all += by
  if (!isPlacing) count.others += by
}
