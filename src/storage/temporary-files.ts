import type { Database as Sqlite } from 'bun:sqlite'
import { dirname, resolve } from 'node:path'

/**
 * Makes SQLite put its temporary files (the copy of VACUUM, large sorts) next to the database, not into the system's
 * temporary directory, which can be in memory, small or closed. The pragma is deprecated and holds for the whole
 * process; https://sqlite.org/tempfiles.html has no other way once a process runs. Where the directory is read-only,
 * SQLite uses its default.
 */
export const keepTemporaryFiles = (sqlite: Sqlite, path: string) => {
  if (path === ':memory:') return
  const directory = dirname(resolve(path)).replaceAll("'", "''")
  try {
    sqlite.run(`PRAGMA temp_store_directory = '${directory}'`)
  } catch {
    // SQLite rejects a directory that it cannot write to.
  }
}
