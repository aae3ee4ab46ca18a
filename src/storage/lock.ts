import { Database as Sqlite, SQLiteError } from 'bun:sqlite'
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'

/** The process that holds the lock of a data directory. */
export interface Holder {
  /** What `/readyz` repeats, so that others can tell this server from a stranger's. */
  instance: string
  pid: number
  /** Where it is reached on this machine, once it serves. */
  url?: string
  /** The socket that commands speak to, once it serves. */
  socket?: string
}

/**
 * Makes this process the only one that writes a data directory: what it holds in memory is the truth. The lock is the
 * operating system's, so it ends with the process, however that ends. Gives the ways to say more of the holder, and to
 * end it; undefined when another process holds it.
 */
export const takeLock = (path: string, holder: Holder) => {
  const lock = new Sqlite(path)
  try {
    lock.run('BEGIN EXCLUSIVE')
    writeHolder(path, holder)
  } catch (error) {
    lock.close()
    if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return undefined
    throw error
  }
  return {
    publish: (more: Pick<Holder, 'url' | 'socket'>) => writeHolder(path, { ...holder, ...more }),
    unlock: () => {
      rmSync(besideOf(path), { force: true })
      lock.close()
    },
  }
}

/**
 * The process that holds the lock, 'unknown' where it has not said who it is; null when none does. Looks, and takes
 * nothing: a server that starts now is not kept from it.
 */
export const holderOf = (path: string): Holder | 'unknown' | null => {
  if (!existsSync(path)) return null
  const lock = new Sqlite(path, { readonly: true })
  try {
    lock.query('select 1 from sqlite_schema').get()
    return null
  } catch (error) {
    if (error instanceof SQLiteError && error.code === 'SQLITE_BUSY') return readHolder(path)
    throw error
  } finally {
    lock.close()
  }
}

/** Not in the lock's own file: a process that closes any handle of that file loses its lock on it, see fcntl(2). */
const besideOf = (path: string) => path.replace(/\.lock$/, '.json')

const writeHolder = (path: string, holder: Holder) => {
  const aside = `${besideOf(path)}.${process.pid}`
  writeFileSync(aside, `${JSON.stringify(holder)}\n`, { mode: 0o600 })
  renameSync(aside, besideOf(path))
}

const readHolder = (path: string): Holder | 'unknown' => {
  try {
    return JSON.parse(readFileSync(besideOf(path), 'utf8')) as Holder
  } catch {
    // It takes the lock before it says who it is.
    return 'unknown'
  }
}
