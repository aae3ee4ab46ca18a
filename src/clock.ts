/** The only source of time. Wall time is for rows and people, monotonic time for windows. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number
  /** Milliseconds that never run backwards, from an arbitrary origin. */
  monotonic(): number
  /** Runs `action` once after `delayMs`, unless the returned function is called first. */
  after(delayMs: number, action: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs)
    return () => clearTimeout(timer)
  },
}
