import { Database as Sqlite, SQLiteError } from 'bun:sqlite'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/**
 * Makes this process the only server of a data directory: windows and slots are counted in memory, and two servers
 * would each grant them all. The lock is the operating system's, so it ends with the process, however that ends.
 * `instance` is what `/readyz` repeats, so that others can tell this server from a stranger's. Undefined when another
 * process holds the lock.
 */
export const takeLock = (path: string, instance: string): (() => void) | undefined => {
  const lock = new Sqlite(path)
  try {
    lock.run('BEGIN EXCLUSIVE')
    writeInstance(path, instance)
  } catch (error) {
    lock.close()
    if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return undefined
    throw error
  }
  return () => {
    rmSync(besideOf(path), { force: true })
    lock.close()
  }
}

/**
 * The instance that holds the lock, '' where it has not said its name; null when none holds it. Looks, and takes nothing:
 * a server that starts now is not kept from it.
 */
export const instanceIn = (path: string): string | null => {
  if (!existsSync(path)) return null
  const lock = new Sqlite(path, { readonly: true })
  try {
    lock.query('select 1 from sqlite_schema').get()
    return null
  } catch (error) {
    if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return readInstance(path)
    throw error
  } finally {
    lock.close()
  }
}

/** Not in the lock's own file: a process that closes any handle of that file loses its lock on it, see fcntl(2). */
const besideOf = (path: string) => path.replace(/\.lock$/, '.instance')

const writeInstance = (path: string, instance: string) => {
  const aside = `${besideOf(path)}.${process.pid}`
  writeFileSync(aside, instance, { mode: 0o600 })
  renameSync(aside, besideOf(path))
}

const readInstance = (path: string) => {
  const file = besideOf(path)
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}
