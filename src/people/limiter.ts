/** Runs at most `atOnce` works at a time; the others wait in order. */
export const createLimiter = (atOnce: number) => {
  const queue: (() => void)[] = []
  let running = 0

  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < atOnce) running++
    else await new Promise<void>((turn) => queue.push(turn))
    try {
      return await work()
    } finally {
      // The slot is handed to the next in the queue, never freed in between: a new arrival could take it too.
      const next = queue.shift()
      if (next) next()
      else running--
    }
  }
}
