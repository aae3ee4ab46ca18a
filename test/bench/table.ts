export type Cell = string | number | null

/** The middle one, or the mean of the middle two. NaN of none. */
export const median = (values: number[]) => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

/** A Markdown table: the first column left, all others right, padded so that it also reads as text. */
export const markdownTable = (head: string[], rows: Cell[][]) => {
  const lines = [head, ...rows].map((row) => head.map((_, at) => textOf(row[at] ?? null)))
  const widths = head.map((_, at) => Math.max(3, ...lines.map((line) => line[at]?.length ?? 0)))
  const padded = (line: string[]) =>
    line.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  const [first = [], ...rest] = lines.map(padded)
  return [first, rule, ...rest].map((line) => `| ${line.join(' | ')} |`).join('\n')
}

/** Three significant figures below a hundred, whole numbers above. */
const textOf = (cell: Cell) => {
  if (cell === null) return ''
  if (typeof cell === 'string') return cell.replaceAll('|', '\\|').replaceAll('\n', ' ')
  if (!Number.isFinite(cell)) return '–'
  if (Math.abs(cell) >= 100) return Math.round(cell).toLocaleString('en')
  return Number(cell.toPrecision(3)).toString()
}
