import { type Figure, granted, peakCalls, type Span, spanMs } from './usage-counters.ts'

/** What came of requests in one span of time. */
export interface Slot {
  startAt: number
  granted: number
  /** How many were refused, by code. */
  refused: Map<string, number>
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
    for (const [code, count] of slot.refused) addRefused(group, code, count)
    group.peakCalls = Math.max(group.peakCalls, slot.peakCalls)
    groups.set(startAt, group)
  }
  return [...groups.values()]
}

/** Of every `size` slots the one with the most of what `amountOf` counts. */
export const busiestOf = (slots: Slot[], size: number, amountOf: (slot: Slot) => number): Slot[] => {
  const busiest: Slot[] = []
  for (const [index, slot] of slots.entries()) {
    const at = Math.floor(index / size)
    const found = busiest[at]
    if (!found || amountOf(slot) > amountOf(found)) busiest[at] = slot
  }
  return busiest
}

/** Every request of a slot, granted or refused. */
export const requestsOf = (slot: Slot) => slot.granted + sum(slot.refused.values())

/** How many requests were refused for which reason, the most frequent first. */
export const refusalsByCode = (slots: Slot[]): Map<string, number> => {
  const [all] = groupSlots(slots, () => 0)
  return new Map([...(all?.refused ?? [])].toSorted(([, a], [, b]) => b - a))
}

const emptySlot = (startAt: number): Slot => ({ startAt, granted: 0, refused: new Map(), peakCalls: 0 })

const add = (slot: Slot, { outcome, count }: Figure) => {
  if (outcome === granted) slot.granted += count
  else if (outcome === peakCalls) slot.peakCalls = Math.max(slot.peakCalls, count)
  else addRefused(slot, outcome, count)
}

const addRefused = ({ refused }: Slot, code: string, count: number) =>
  refused.set(code, (refused.get(code) ?? 0) + count)

const sum = (counts: Iterable<number>) => {
  let total = 0
  for (const count of counts) total += count
  return total
}
