import { refusalsByCode, type Slot } from '../../../usage/series.ts'
import type { Hatch } from '../../page/chart/hatches.tsx'
import { reasonInWords } from './reasons.ts'

/** The hatches of the most frequent reasons, and that of all others. */
const hatches = ['stripes', 'diagonals', 'dots'] as const
const othersHatch = 'bars'

/** Rejected requests that the charts show as one layer. */
export interface Share {
  hatch: Hatch
  /** The title of the share. */
  reason: string
  codes: string[]
  count: number
}

/**
 * The most frequent reasons, each with a hatch of its own, and the rest as one share. A reason with a hatch in `known`
 * keeps it.
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

/** The number of a slot's requests that were rejected for the share's reasons. */
export const refusedFor = ({ codes }: Share, { refused }: Slot) =>
  codes.reduce((sum, code) => sum + (refused.get(code) ?? 0), 0)
