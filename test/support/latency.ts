/** The given part of sorted times, in whole tenths of a millisecond: 0.99 is what all but one in a hundred stayed under. */
export const quantile = (timesMs: readonly number[], part: number) => {
  const sorted = timesMs.toSorted((a, b) => a - b)
  const at = Math.min(sorted.length - 1, Math.floor(sorted.length * part))
  return Math.round((sorted[at] ?? Number.NaN) * 10) / 10
}

/** Runs `ask` so many times a second, however long each takes, until `isOver`; resolves to how long each one took. */
export const steadily = async (perSecond: number, isOver: () => boolean, ask: () => Promise<void>) => {
  const timesMs: number[] = []
  const underWay = new Set<Promise<void>>()
  const startedAt = performance.now()
  const one = async () => {
    const askedAt = performance.now()
    await ask()
    timesMs.push(performance.now() - askedAt)
  }
  for (let asked = 0; !isOver();) {
    const due = ((performance.now() - startedAt) / 1000) * perSecond
    for (; asked < due && !isOver(); asked++) {
      const asking: Promise<void> = one().finally(() => underWay.delete(asking))
      underWay.add(asking)
    }
    await Bun.sleep(1)
  }
  await Promise.all(underWay)
  return timesMs
}
