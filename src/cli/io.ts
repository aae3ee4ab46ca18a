import { resolve } from 'node:path'
import { readConfig } from '../config.ts'
import { CommandError } from '../failures.ts'
import { visible } from '../visible.ts'
import { DataDir } from '../data-dir/data-dir.ts'

/** The parts of the process that a command may use. */
export interface Io {
  env: Record<string, string | undefined>
  isTerminal: boolean
  out(text: string): void
  err(text: string): void
  /** The number of characters of `out` not taken yet; absent where it does not matter. */
  unread?(): number
  /** Bounds how long the end of the process waits for the reader of `out`. */
  limitDrain?(patienceMs: number): void
  /** Reads the next line of standard input; absent without one. */
  readLine?(): Promise<string | undefined>
  /** Asks the person at the terminal; absent without one. */
  ask?(question: string): Promise<string | undefined>
  /** Reads standard input to its end, as bytes; absent without one. */
  input?(): AsyncIterable<Uint8Array>
  /** Prints the bytes of a file; absent where only text can be printed. */
  outFile?(path: string): Promise<void>
  /** Shows the progress of long work, and clears it at the end; absent without a terminal. */
  progress?(step: string): void
}

/** The same without a way to print hidden characters: what commands print may hold texts of users. */
export const printable = (io: Io): Io => {
  const { ask, progress } = io
  return {
    ...io,
    out: (text) => io.out(visible(text)),
    err: (text) => io.err(visible(text)),
    ...(ask && { ask: (question) => ask(visible(question)) }),
    ...(progress && { progress: (step) => progress(visible(step)) }),
  }
}

export const json = { json: { type: 'boolean', description: 'Print JSON, for scripts' } } as const
export const configOf = (io: Io) => readConfig(io.env, io.isTerminal)

/** Opens the configured data directory. Throws a `CommandError` when it is empty. */
export const existingDataDir = (io: Io) => {
  const dataDir = new DataDir(configOf(io))
  if (dataDir.exists) return dataDir
  throw new CommandError(
    `There is no callgate data in ${resolve(dataDir.path)}. Set CALLGATE_DATA_DIR to the server's data directory.`,
  )
}

/** Prints a result: one JSON line, or sentences for people. */
export const print = (io: Io, asJson: boolean | undefined, result: unknown, sentences: string) =>
  io.out(asJson ? `${JSON.stringify(result)}\n` : `${sentences}\n`)

/** Shows the progress of long work, and clears it at the end. */
export const withProgress = <T>(io: Io, work: (progress: (step: string) => void) => T): T => {
  try {
    return work((step) => io.progress?.(`${step} …`))
  } finally {
    io.progress?.('')
  }
}

/** Formats a number of bytes for people. */
export const readableBytes = (bytes: number) => {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

/** A table with aligned columns and a header. */
export const table = (headings: string[], rows: string[][]) => {
  const all = [headings, ...rows]
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export const iso = (time: number | null | undefined) => (time ? new Date(time).toISOString() : null)
