import { type Figure, granted, peakCalls, type Span, spanMs } from './tallies.ts'

/** What came of requests in one span of time. */
export interface Slot {
  startAt: number
  granted: number
  refused: number
  /** The most calls at once. */
  peakCalls: number
}

/** Spans without a figure are there too, empty: the last `count` of them, the one that is under way at `now` last. */
export const seriesOf = (figures: Figure[], span: Span, count: number, now: number): Slot[] => {
  const length = spanMs[span]
  const firstAt = firstOf(span, count, now)
  const slots = Array.from({ length: count }, (_, index) => emptySlot(firstAt + index * length))
  for (const figure of figures) {
    const slot = slots[Math.round((figure.startAt - firstAt) / length)]
    if (slot) add(slot, figure)
  }
  return slots
}

/** When the series of `count` spans that ends at `now` begins. */
export const firstOf = (span: Span, count: number, now: number) =>
  now - (now % spanMs[span]) - (count - 1) * spanMs[span]

/** The same slots in groups that `startOf` gives one start. */
export const groupSlots = (slots: Slot[], startOf: (startAt: number) => number): Slot[] => {
  const groups = new Map<number, Slot>()
  for (const slot of slots) {
    const startAt = startOf(slot.startAt)
    const group = groups.get(startAt) ?? emptySlot(startAt)
    group.granted += slot.granted
    group.refused += slot.refused
    group.peakCalls = Math.max(group.peakCalls, slot.peakCalls)
    groups.set(startAt, group)
  }
  return [...groups.values()]
}

/** How many requests were refused for which reason, the most frequent first. */
export const refusalsByCode = (figures: Figure[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const { outcome, count } of figures)
    if (outcome !== granted && outcome !== peakCalls) counts.set(outcome, (counts.get(outcome) ?? 0) + count)
  return new Map([...counts].toSorted(([, a], [, b]) => b - a))
}

const emptySlot = (startAt: number): Slot => ({ startAt, granted: 0, refused: 0, peakCalls: 0 })

const add = (slot: Slot, { outcome, count }: Figure) => {
  if (outcome === granted) slot.granted += count
  else if (outcome === peakCalls) slot.peakCalls = Math.max(slot.peakCalls, count)
  else slot.refused += count
}
