import { CsvFlaw, readCsv } from '../csv.ts'
import { ApiError } from '../failures.ts'
import {
  countsInWords,
  entriesAtOnce,
  type ImportedEntry,
  type ImportResult,
  problemsMost,
} from './operations/import.ts'

type Column = keyof ImportedEntry

/** The order where a file has no header. */
const usualColumns: readonly Column[] = ['phone_number', 'reason', 'expires_at']
/** Characters of a part, which bounds the request that carries it: JSON takes at most six bytes for one. */
const partCharactersMost = 64_000

/**
 * Imports a CSV file as it comes in, in parts of a bounded size, each once the one before is on disk. An empty part goes
 * first, which asks whether it may be done at all. What follows a flaw of the file itself is not imported: `invalid_input`
 * names its line.
 */
export const importCsv = async (
  bytes: AsyncIterable<Uint8Array>,
  importPart: (entries: ImportedEntry[]) => Promise<ImportResult>,
  progress?: (sofar: ImportResult) => void,
): Promise<ImportResult> => {
  const total: ImportResult = { added: 0, already_listed: 0, rejected: 0, problems: [] }
  const take = async (part: readonly Numbered[]) => {
    const result = await importPart(part.map(({ entry }) => entry))
    total.added += result.added
    total.already_listed += result.already_listed
    total.rejected += result.rejected
    const problems = result.problems.map(({ line, problem }) => ({
      line: part[line - 1]?.line ?? line,
      problem,
    }))
    total.problems = [...total.problems, ...problems].slice(0, problemsMost)
    progress?.(total)
  }
  let flaw: CsvFlaw | undefined
  await take([])
  for await (const part of partsOf(bytes, (found) => (flaw = found))) await take(part)
  if (flaw)
    throw new ApiError('invalid_input', {
      detail: `${flaw.message} Before it: ${countsInWords(total)}`,
      param: 'file',
    })
  return total
}

interface Numbered {
  entry: ImportedEntry
  line: number
}

/** The entries of a file, a bounded number at a time, up to a flaw of it. */
async function* partsOf(
  bytes: AsyncIterable<Uint8Array>,
  onFlaw: (flaw: CsvFlaw) => void,
): AsyncGenerator<Numbered[]> {
  let part: Numbered[] = []
  let characters = 0
  let columns: readonly (Column | undefined)[] | undefined
  try {
    for await (const { line, cells } of readCsv(bytes)) {
      const header = columns === undefined ? headerIn(cells) : undefined
      columns ??= header ?? usualColumns
      if (header) continue
      part.push({ entry: entryOf(columns, cells), line })
      characters += cells.reduce((sum, cell) => sum + cell.length, 0)
      if (part.length < entriesAtOnce && characters < partCharactersMost) continue
      yield part
      part = []
      characters = 0
    }
  } catch (error) {
    if (!(error instanceof CsvFlaw)) throw error
    onFlaw(error)
  }
  if (part.length > 0) yield part
}

/** The columns that a first line names; undefined where it is a line like the others. */
const headerIn = (cells: string[]): (Column | undefined)[] | undefined => {
  const names = cells.map((cell) => cell.trim().toLowerCase())
  return names.includes('phone_number')
    ? names.map((name) => usualColumns.find((column) => column === name))
    : undefined
}

/** Spreadsheets may keep an apostrophe before a plus, which makes it text. */
const entryOf = (columns: readonly (Column | undefined)[], cells: string[]): ImportedEntry => {
  const named = columns.flatMap((column, at): [Column, string][] => {
    const cell = cells[at]
    return column === undefined || !cell ? [] : [[column, cell]]
  })
  const { phone_number = '', ...rest }: Partial<ImportedEntry> = Object.fromEntries(named)
  return { phone_number: phone_number.trim().replace(/^'(?=\+)/, ''), ...rest }
}
