import { Database as Sqlite, SQLiteError } from 'bun:sqlite'
import { existsSync, renameSync, rmSync } from 'node:fs'
import { readOwn, writeOwn } from './own-file.ts'

/** The process that holds the lock of a data directory. */
export interface Holder {
  /** The instance, which `/readyz` repeats, so that this server can be told from another. */
  instance: string
  pid: number
  /** Its address on this machine, once it serves. */
  url?: string
  /** The socket for commands, once it serves. */
  socket?: string
}

/**
 * Takes the lock of a data directory, so that only this process writes to it: its memory is the truth. The lock is the
 * operating system's and ends with the process, however that ends. Returns the ways to publish the holder and to
 * release the lock; undefined when another process holds it.
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
 * Reads the holder of the lock; 'unknown' where it has not published itself, null without one. Takes no lock, so that a
 * server can start at the same time.
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

/** Kept in a file of its own: a process that closes any handle of the lock's file loses its lock, see fcntl(2). */
const besideOf = (path: string) => path.replace(/\.lock$/, '.json')

const writeHolder = (path: string, holder: Holder) => {
  const aside = `${besideOf(path)}.${process.pid}`
  writeOwn(aside, `${JSON.stringify(holder)}\n`)
  renameSync(aside, besideOf(path))
}

const readHolder = (path: string): Holder | 'unknown' => {
  try {
    return JSON.parse(readOwn(besideOf(path)) ?? '') as Holder
  } catch {
    // A holder takes the lock before it publishes itself.
    return 'unknown'
  }
}
