import { isOfCalls } from './call-outcomes.ts'
import { type Figure, granted, peakCalls, type Span, spanMs } from './usage-counters.ts'

/** The counts of one span of time. */
export interface Slot {
  startAt: number
  granted: number
  /** Rejected requests by code. */
  refused: Map<string, number>
  /** The peak of concurrent calls. */
  peakCalls: number
}

/** The last `count` spans, ending with the current one at `now`, including empty ones. */
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

/** The start of the series of `count` spans that ends at `now`. */
export const firstOf = (span: Span, count: number, now: number) =>
  now - (now % spanMs[span]) - (count - 1) * spanMs[span]

/** Groups the slots that `startOf` gives the same start. */
export const groupSlots = (slots: Slot[], startOf: (startAt: number) => number): Slot[] => {
  const groups = new Map<number, Slot>()
  for (const slot of slots) {
    const startAt = startOf(slot.startAt)
    const group = groups.get(startAt) ?? emptySlot(startAt)
    group.granted += slot.granted
    for (const [code, count] of slot.refused) addRefused(group, code, count)
    group.peakCalls = Math.max(group.peakCalls, slot.peakCalls)
    groups.set(startAt, group)
  }
  return [...groups.values()]
}

/** All requests of a slot, granted or rejected. */
export const requestsOf = (slot: Slot) => slot.granted + sum(slot.refused.values())

/** Rejected requests by code, the most frequent first. */
export const refusalsByCode = (slots: Slot[]): Map<string, number> => {
  const [all] = groupSlots(slots, () => 0)
  return new Map([...(all?.refused ?? [])].toSorted(([, a], [, b]) => b - a))
}

const emptySlot = (startAt: number): Slot => ({ startAt, granted: 0, refused: new Map(), peakCalls: 0 })

const add = (slot: Slot, { outcome, count }: Figure) => {
  if (outcome === granted) slot.granted += count
  else if (outcome === peakCalls) slot.peakCalls = Math.max(slot.peakCalls, count)
  else if (!isOfCalls(outcome)) addRefused(slot, outcome, count)
}

const addRefused = ({ refused }: Slot, code: string, count: number) =>
  refused.set(code, (refused.get(code) ?? 0) + count)

const sum = (counts: Iterable<number>) => {
  let total = 0
  for (const count of counts) total += count
  return total
}
