import { Database as Sqlite } from 'bun:sqlite'
import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { CommandError } from '../failures.ts'
import { signBackup, takeMac } from './backup-mac.ts'
import { openDatabase } from './database.ts'
import { readingProblem, targetTrouble } from '../data-dir/directory-trouble.ts'
import { schemaFlaw } from './expected-schema.ts'
import { holdsSealed } from './inspect.ts'
import { refuseNewer, migrationStateOf } from './migrate.ts'
import { isTaken, placeFile } from '../data-dir/place-file.ts'
import { keepTemporaryFiles } from './temporary-files.ts'
import { atOnce } from '../work.ts'

/** Reports the progress of long work. */
export type Progress = (step: string) => void

export interface BackupSummary {
  sizeBytes: number
  calls: number
  agencies: number
  /** True when it holds encrypted credentials, which need the secret. */
  sealed: boolean
}

const patientBusyTimeoutMs = 5000

/**
 * Copies the database at `source` as of one moment, while a server may write to it. The file gets its name once it is
 * checked and on disk. Throws a `CommandError` when the name is taken or the copy is damaged.
 */
export const backUp = (
  source: string,
  file: string,
  secret: string | undefined,
  progress: Progress,
): BackupSummary => {
  refuseTaken(file)
  return throughPart(file, (part) => {
    progress('copying')
    const database = new Sqlite(source, { readonly: true })
    try {
      database.run(`PRAGMA busy_timeout = ${patientBusyTimeoutMs}`)
      keepTemporaryFiles(database, source)
      database.query('VACUUM INTO ?').run(part)
    } catch (error) {
      // An error of the target directory must not be reported as one of the data directory.
      const trouble = targetTrouble(dirname(file), error)
      throw trouble === undefined ? error : new CommandError(trouble)
    } finally {
      database.close()
    }
    progress('checking')
    const summary = summaryOf(part)
    if (secret !== undefined) signBackup(part, secret)
    return summary
  })
}

export interface Restored extends BackupSummary {
  /** True where its MAC says that nobody has changed it; false where that cannot be told here. */
  isVerified: boolean
}

/**
 * Makes the database at `target` from a backup. Throws a `CommandError` when there is one already, or the backup is
 * damaged or was changed.
 */
export const restore = (
  file: string,
  target: string,
  secret: string | undefined,
  progress: Progress,
): Restored => {
  for (const name of [target, `${target}-wal`, `${target}-journal`]) refuseTaken(name)
  const unreadable = readingProblem(file)
  if (unreadable !== undefined) throw new CommandError(unreadable)
  const log = `${file}-wal`
  if (existsSync(log) && statSync(log).size > 0)
    throw new CommandError(
      `${file} is a database in use: ${log} holds a part of it. Copy it with callgate backup.`,
    )
  return throughPart(target, (part) => {
    progress('copying')
    copyFileSync(file, part)
    progress('checking')
    const verdict = takeMac(part, secret)
    if (verdict === 'changed')
      throw new CommandError(
        `${file} was changed after it was made: its MAC is wrong. Nothing was restored. Use another backup.`,
      )
    const summary = summaryOf(part)
    progress('bringing it up to date')
    endWhatIsPast(part)
    return { ...summary, isVerified: verdict === 'verified' }
  })
}

/** Works on a temporary file, and renames it to `file` at the end. A failure leaves nothing behind. */
const throughPart = <T>(file: string, make: (part: string) => T) => {
  if (!existsSync(dirname(file))) throw new CommandError(`There is no directory ${dirname(file)}.`)
  process.umask(0o077)
  const part = `${file}.${process.pid}.part`
  try {
    const summary = make(part)
    placeFile(part, file)
    return summary
  } catch (error) {
    if (isTaken(error)) throw taken(file)
    throw error
  } finally {
    // On a read-only disk, removing fails even for a missing file.
    for (const left of ['', '-wal', '-shm', '-journal'].map((suffix) => part + suffix))
      if (existsSync(left)) rmSync(left)
  }
}

/** Throws a `CommandError` for a damaged database, one of another program, or one of a newer callgate. */
const summaryOf = (path: string): BackupSummary => {
  const database = openToRead(path)
  const count = (sql: string) => database.query<{ n: number }, []>(sql).get()?.n ?? 0
  try {
    refuseNewer(database)
    if (migrationStateOf(database).applied === 0) throw new CommandError('It is not a callgate database.')
    const flaw = flawOf(database)
    if (flaw) throw new CommandError(`It is damaged: ${flaw}.`)
    const foreign = schemaFlaw(database)
    if (foreign) throw new CommandError(`It was changed: ${foreign}. Use another backup.`)
    return {
      sizeBytes: statSync(path).size,
      calls: count('select count(*) as n from calls'),
      agencies: count('select count(*) as n from agencies'),
      sealed: holdsSealed(database),
    }
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(`It is damaged, or is not a database: ${(error as Error).message}.`)
  } finally {
    database.close()
  }
}

const openToRead = (path: string) => {
  try {
    return new Sqlite(path, { readonly: true })
  } catch (error) {
    throw new CommandError(`${path} cannot be opened: ${(error as Error).message}.`)
  }
}

/** The first problem of SQLite's integrity check; undefined without one. */
const flawOf = (database: Sqlite): string | undefined => {
  const [integrity] = database.query<{ integrity_check: string }, []>('PRAGMA integrity_check(1)').all()
  if (integrity?.integrity_check !== 'ok') return integrity?.integrity_check ?? 'the check says nothing'
  const [orphan] = database.query<{ table: string }, []>('PRAGMA foreign_key_check').all()
  return orphan && `a row of ${orphan.table} points to nothing`
}

/**
 * An order that was pending in the backup may have been sent after it. Sending it again could place the call twice, so
 * its status is requested, as after a crash. Sessions and one-time links may have ended after the backup, and whoever
 * took a copy of it must not use them, so all of them end.
 */
const endWhatIsPast = (path: string) => {
  const database = openDatabase(path)
  const { sqlite } = database
  try {
    atOnce(
      database.transaction(function* () {
        sqlite.run(
          "update calls set dispatch = 'unknown', sent_at = created_at where dispatch = 'pending' and ended_at is null",
        )
        for (const table of ['sessions', 'invitations', 'setup_tokens']) sqlite.run(`delete from ${table}`)
      }),
    )
  } finally {
    database.sqlite.run('PRAGMA journal_mode = DELETE')
    database.close()
  }
}

const refuseTaken = (file: string) => {
  if (existsSync(file)) throw taken(file)
}

const taken = (file: string) => new CommandError(`${file} is there already, and is not overwritten.`)
