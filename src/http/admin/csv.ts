import { csvLine } from '../../csv.ts'

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
