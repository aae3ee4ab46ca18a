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

/** The headers of a CSV file with a line of names on top. */
export const csvHeaders = (name: string) => ({
  'content-type': 'text/csv; charset=utf-8; header=present',
  'content-disposition': `attachment; filename="${name}.csv"`,
})

/** A line in the order of the columns; what a row does not say is an empty cell. */
type CsvRow<Column extends string> = Record<Column, string | number | null | undefined>

/**
 * Streams a file part by part, each read when the client has taken those before it. Other requests come in between, so a part
 * should take milliseconds.
 */
export const csvBody = <Column extends string>(
  columns: readonly Column[],
  parts: Iterator<readonly CsvRow<Column>[]>,
): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  const lineOf = (row: CsvRow<Column>) => csvLine(columns.map((column) => String(row[column] ?? '')))
  return new ReadableStream({
    start: (stream) => stream.enqueue(encoder.encode(csvLine(columns))),
    pull: async (stream) => {
      await new Promise((turn) => setImmediate(turn))
      const { done, value } = parts.next()
      if (done) stream.close()
      else stream.enqueue(encoder.encode(value.map(lineOf).join('')))
    },
  })
}
