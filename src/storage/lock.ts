import { Database as Sqlite, SQLiteError } from 'bun:sqlite'

/**
 * Makes this process the only server of a data directory: windows and slots are counted in memory, and two servers
 * would each grant them all. The lock is the operating system's, so it ends with the process, however that ends.
 * Undefined when another process holds it.
 */
export const takeLock = (path: string): (() => void) | undefined => {
  const lock = new Sqlite(path)
  try {
    lock.run('BEGIN EXCLUSIVE')
    return () => lock.close()
  } catch (error) {
    lock.close()
    if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return undefined
    throw error
  }
}
