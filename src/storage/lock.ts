import { Database as Sqlite, SQLiteError } from 'bun:sqlite'
import { existsSync } from 'node:fs'

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

/** True while a server holds the lock. Looks, and takes nothing: a server that starts now is not kept from it. */
export const isLocked = (path: string): boolean => {
  if (!existsSync(path)) return false
  const lock = new Sqlite(path, { readonly: true })
  try {
    lock.query('select 1 from sqlite_schema').get()
    return false
  } catch (error) {
    if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return true
    throw error
  } finally {
    lock.close()
  }
}
