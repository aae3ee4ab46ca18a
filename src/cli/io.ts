import { resolve } from 'node:path'
import { readConfig } from '../config.ts'
import { CommandError } from '../failures.ts'
import { DataDir } from '../storage/data-dir.ts'

/** What a command may touch of the process that it runs in. */
export interface Io {
  env: Record<string, string | undefined>
  isTerminal: boolean
  out(text: string): void
  err(text: string): void
  /** How many characters of `out` nobody has taken yet; absent where that does not matter. */
  unread?(): number
  /** Lets the end of the process wait no longer than this for who reads `out`. */
  limitDrain?(patienceMs: number): void
  /** The next line of what is fed to the process; absent where nothing is. */
  readLine?(): Promise<string | undefined>
  /** Asks the person at the terminal, and gives their line; absent where nobody sits there. */
  ask?(question: string): Promise<string | undefined>
  /** All that is fed to the process, as bytes; absent where nothing is. */
  input?(): AsyncIterable<Uint8Array>
  /** Prints a file as it is, in the place of text; absent where only text can be printed. */
  outFile?(path: string): Promise<void>
  /** Shows what long work is at, and nothing at its end; absent where nobody watches. */
  progress?(step: string): void
}

export const json = { json: { type: 'boolean', description: 'Print JSON, for scripts' } } as const
export const configOf = (io: Io) => readConfig(io.env, io.isTerminal)

/** The data directory of this configuration. Throws a `CommandError` when nothing is in it. */
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

/** Shows the steps of long work, and clears them away when it is over. */
export const withProgress = <T>(io: Io, work: (progress: (step: string) => void) => T): T => {
  try {
    return work((step) => io.progress?.(`${step} …`))
  } finally {
    io.progress?.('')
  }
}

/** Bytes, as people read them. */
export const readableBytes = (bytes: number) => {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3))
  return `${power === 0 ? bytes : (bytes / 1000 ** power).toFixed(1)} ${units[power]}`
}

/** Rows with aligned columns, headed by their names. */
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
