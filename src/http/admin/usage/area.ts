import { busiestOf, requestsOf, type Slot } from '../../../usage/series.ts'
import { type Hatch, refusedFor, type Share } from './shares.ts'

/** The size of a chart in units; it is stretched to the available width. */
export const width = 720
export const height = 100

/** A layer of a chart; later layers are painted over earlier ones. */
export interface Layer {
  mark: Hatch | 'granted'
  path: string
}

/** Layers of granted requests and, above them, rejected ones by share; from every `size` slots the busiest one. */
export const requestLayers = (slots: Slot[], shares: Share[], size = 1): Layer[] => {
  const top = topOf(slots)
  const columns = busiestOf(slots, size, requestsOf).map((slot) => levelsOf(slot, shares, top))
  const layers = ['granted' as const, ...shares.map(({ hatch }) => hatch)].map((mark, at) => ({
    mark,
    path: area(columns.map((levels) => levels[at] ?? 0)),
  }))
  return layers.toReversed()
}

/** The layer of the peaks of concurrent calls, from every `size` slots the highest. */
export const callsArea = (slots: Slot[], top: number, size = 1) =>
  area(
    busiestOf(slots, size, (slot) => slot.peakCalls).map(({ peakCalls }) =>
      levelOf(peakCalls, peakCalls, top, 0),
    ),
  )

/** The highest number of requests in a slot. */
export const topOf = (slots: Slot[]) => Math.max(1, ...slots.map(requestsOf))

/** The height of each layer in each slot: 0 without requests, so that rare reasons cost few bytes. */
const levelsOf = (slot: Slot, shares: Share[], top: number) => {
  let sum = 0
  let below = 0
  return [slot.granted, ...shares.map((share) => refusedFor(share, slot))].map((count) => {
    sum += count
    const level = levelOf(count, sum, top, below)
    below = Math.max(below, level)
    return level
  })
}

/** Any number above 0 is at least one unit high, so that one request in thousands shows. */
const levelOf = (count: number, sum: number, top: number, below: number) =>
  count <= 0 ? 0 : Math.max(below + 1, Math.round((sum / top) * height))

/** The path of a stepped area. Equal neighbours share one stroke, so that a quiet month costs few bytes. */
const area = (levels: number[]) => {
  const step = width / levels.length
  let path = `M0 ${height}`
  let at = 0
  while (at < levels.length) {
    const level = levels[at] ?? 0
    let end = at + 1
    while (end < levels.length && levels[end] === level) end++
    path += `V${height - level}h${(end - at) * step}`
    at = end
  }
  return `${path}V${height}z`
}
