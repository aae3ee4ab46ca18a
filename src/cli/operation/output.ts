import type { Operation } from '../../operation/operation.ts'
import { table } from '../io.ts'

/** Formats an output for people: the operation's own sentence, a table for a list, or a line per field. */
export const inWords = (operation: Operation, output: unknown, input: unknown): string => {
  const sentence = operation.says?.(output, input)
  if (sentence !== undefined) return sentence
  if (Array.isArray(output)) return listInWords(operation, output as Row[])
  return Object.entries(output as Row)
    .map(([name, value]) => `${name.replaceAll('_', ' ')}: ${cell(value)}`)
    .join('\n')
}

/** The id of the created or changed object only. */
export const idOf = (output: unknown): string[] =>
  [output].flat().flatMap((each) => {
    const id: unknown = (each as Row | null)?.id ?? (each as Row | null)?.call_id
    return typeof id === 'string' ? [id] : []
  })

type Row = Record<string, unknown>

const listInWords = ({ columns, empty }: Operation, rows: Row[]) => {
  const [first] = rows
  if (!first) return empty ?? 'There are none.'
  const names = columns ?? Object.keys(first)
  const headings = names.map((name) => name.replaceAll('_', ' ').toUpperCase())
  return table(
    headings,
    rows.map((row) => names.map((name) => cell(row[name]))),
  )
}

const cell = (value: unknown): string => {
  if (value === null || value === undefined || value === '') return '–'
  if (Array.isArray(value)) return value.length === 0 ? '–' : value.map((each) => cell(each)).join(', ')
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, each]) => `${name} ${cell(each)}`)
      .join(', ')
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' && isoTime.test(value) ? readableTime(value) : String(value)
}

const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/

/** UTC to the second. */
const readableTime = (time: string) => time.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC')
