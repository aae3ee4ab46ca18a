import { csvLine } from '../../csv.ts'
import { textStream } from './text-stream.ts'

/** The headers of a CSV file with a line of names on top. */
export const csvHeaders = (name: string) => ({
  'content-type': 'text/csv; charset=utf-8; header=present',
  'content-disposition': `attachment; filename="${name}.csv"`,
})

/** A line in the order of the columns; what a row does not say is an empty cell. */
type CsvRow<Column extends string> = Record<Column, string | number | null | undefined>

/** Streams a file, whose rows come in parts. */
export const csvBody = <Column extends string>(
  columns: readonly Column[],
  parts: AsyncIterable<readonly CsvRow<Column>[]>,
) => textStream(csvOf(columns, parts))

async function* csvOf<Column extends string>(
  columns: readonly Column[],
  parts: AsyncIterable<readonly CsvRow<Column>[]>,
) {
  yield csvLine(columns)
  for await (const rows of parts)
    yield rows.map((row) => csvLine(columns.map((column) => String(row[column] ?? '')))).join('')
}
