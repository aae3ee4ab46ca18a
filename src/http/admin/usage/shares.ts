import { refusalsByCode, type Slot } from '../../../usage/series.ts'
import { reasonInWords } from './reasons.ts'

/** How parts of the refused requests are drawn: these differ without their colours too. */
const hatches = ['stripes', 'diagonals', 'dots'] as const
const othersHatch = 'bars'
export type Hatch = (typeof hatches)[number] | typeof othersHatch

/** A part of the refused requests that a picture shows as one. */
export interface Share {
  hatch: Hatch
  /** In words. */
  reason: string
  codes: string[]
  count: number
}

/**
 * The most frequent reasons, each with a hatch of its own, and all the others as one. A reason that has a hatch in
 * `known` has the same one here.
 */
export const sharesOf = (slots: Slot[], known: Share[] = []): Share[] => {
  const counts = refusalsByCode(slots)
  const share = (hatch: Hatch, codes: string[]): Share => ({
    hatch,
    reason: codes.length === 1 ? reasonInWords(codes[0] ?? '') : `${codes.length} other reasons`,
    codes,
    count: codes.reduce((sum, code) => sum + (counts.get(code) ?? 0), 0),
  })
  const frequent = [...counts.keys()].slice(0, hatches.length)
  const rare = [...counts.keys()].slice(hatches.length)
  const kept = new Map<Hatch, string>()
  for (const { hatch, codes } of known) {
    const code = frequent.find((one) => codes.includes(one))
    if (hatch !== othersHatch && code) kept.set(hatch, code)
  }
  const free = frequent.filter((code) => ![...kept.values()].includes(code))
  const shares = hatches.flatMap((hatch) => {
    const code = kept.get(hatch) ?? free.shift()
    return code ? [share(hatch, [code])] : []
  })
  return rare.length === 0 ? shares : [...shares, share(othersHatch, rare)]
}

/** How many requests of a slot were refused for the share's reasons. */
export const refusedFor = ({ codes }: Share, { refused }: Slot) =>
  codes.reduce((sum, code) => sum + (refused.get(code) ?? 0), 0)
