/** A line of a CSV file (RFC 4180), with its line end. */
export const csvLine = (cells: readonly string[]) => `${cells.map(csvCell).join(',')}\r\n`

/**
 * What spreadsheets take for a formula (OWASP, CSV injection) begins a cell, also behind what separates cells elsewhere:
 * many locales do so by semicolons, and some programs by tabs or lines. Quotes and spaces may come between.
 */
const formulaBehind = /([,;|\t\r\n])(?=[\s"]*[=+\-@＝＋－＠])/g
const formulaInFront = /^(?:[\s"]*[=+\-@＝＋－＠]|[\t\r\n])/

/** A possible formula gets an apostrophe, so that spreadsheets show it as text. */
const csvCell = (text: string) => {
  const behind = text.replaceAll(formulaBehind, "$1'")
  const inert = formulaInFront.test(text) ? `'${behind}` : behind
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert
}

/** A file that cannot be read on from a line. */
export class CsvFlaw extends Error {}

interface CsvRecord {
  /** The line on which it ends, from 1. */
  line: number
  cells: string[]
}

/** Bounds how long one piece of a file keeps other work waiting. */
const pieceBytes = 64 * 1024
/** A longer record is a quote that nobody closed. */
const recordCharactersMost = 8192
/** Spreadsheets of some countries separate cells by semicolons. */
const separators = /[,;\t]/
const quotedText = /"[^"]*(?:"|$)/g

/**
 * Reads a CSV file as it comes in, without holding more than a piece and a record of it. The first line shows what separates
 * its cells. Empty lines are passed over. Throws `CsvFlaw` once everything before the flaw was read.
 */
export async function* readCsv(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<CsvRecord> {
  let line = 0
  let open = ''
  let separator: string | undefined
  for await (const text of linesOf(bytes)) {
    line++
    const record = open === '' ? text : `${open}\n${text}`
    if (record.length > recordCharactersMost) throw new CsvFlaw(`Line ${line} cannot be read as CSV.`)
    separator ??= separators.exec(record.replaceAll(quotedText, ''))?.[0]
    const cells = record.includes('"')
      ? quotedCells(record, separator ?? ',')
      : record.split(separator ?? ',')
    open = cells === undefined ? record : ''
    if (cells !== undefined && record.trim() !== '') yield { line, cells }
  }
  if (open !== '') throw new CsvFlaw(`Line ${line} cannot be read as CSV.`)
}

/** The cells of a record with quotes; undefined while one is not closed. */
const quotedCells = (record: string, separator: string): string[] | undefined => {
  const cells: string[] = []
  for (let at = 0; at <= record.length; at++) {
    const quoted = record[at] === '"' ? closedQuote(record, at) : at
    if (quoted === undefined) return undefined
    const found = record.indexOf(separator, quoted)
    const end = found === -1 ? record.length : found
    // Text after a closing quote belongs to the cell, and a quote inside a cell stands for itself.
    const head = quoted === at ? '' : record.slice(at + 1, quoted - 1).replaceAll('""', '"')
    cells.push(head + record.slice(quoted, end))
    at = end
  }
  return cells
}

/** The place after a quoted text. */
const closedQuote = (record: string, from: number): number | undefined => {
  for (let at = from + 1; ; at += 2) {
    at = record.indexOf('"', at)
    if (at === -1) return undefined
    if (record[at + 1] !== '"') return at + 1
  }
}

/** The lines of a text in UTF-8. A byte order mark and carriage returns are dropped. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // Fatal: a file in another encoding would lose part of its texts.
  const decoder = new TextDecoder('utf-8', { fatal: true })
  const decode = (piece?: Uint8Array) => {
    try {
      return decoder.decode(piece, { stream: piece !== undefined }).replaceAll('\r', '')
    } catch {
      throw new CsvFlaw('The file is not in UTF-8.')
    }
  }
  let rest = ''
  for await (const piece of bytes)
    for (let at = 0; at < piece.byteLength; at += pieceBytes) {
      const lines = (rest + decode(piece.subarray(at, at + pieceBytes))).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
      // Longer than a record may be: the reader stops at it.
      if (rest.length > recordCharactersMost) yield rest
    }
  rest += decode()
  if (rest !== '') yield rest
}
