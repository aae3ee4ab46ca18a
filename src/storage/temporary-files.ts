import type { Database as Sqlite } from 'bun:sqlite'
import { dirname, resolve } from 'node:path'

/**
 * Has SQLite keep what it cannot hold in memory (the copy that VACUUM makes, large sorts) beside the database, and not in
 * the system's temporary directory, which can be in memory, small or closed. The pragma is deprecated and holds for the
 * whole process; https://sqlite.org/tempfiles.html has no other that works once a process runs. Where the directory takes
 * no file, SQLite goes on as without it.
 */
export const keepTemporaryFiles = (sqlite: Sqlite, path: string) => {
  if (path === ':memory:') return
  const directory = dirname(resolve(path)).replaceAll("'", "''")
  try {
    sqlite.run(`PRAGMA temp_store_directory = '${directory}'`)
  } catch {
    // SQLite refuses a directory that cannot be written to.
  }
}
