/** Runs work at most so many at a time, the rest in the order in which it came. */
export const createLimiter = (atOnce: number) => {
  const queue: (() => void)[] = []
  let running = 0

  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++
    else await new Promise<void>((turn) => queue.push(turn))
    try {
      return await work()
    } finally {
      // A turn is handed on, never dropped and taken again: in between, one too many could slip in.
      const next = queue.shift()
      if (next) next()
      else running--
    }
  }
}
