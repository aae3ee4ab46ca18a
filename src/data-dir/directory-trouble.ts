import { accessSync, constants, readdirSync, statfsSync, type Stats, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { isNetwork, mountOf } from './mount.ts'
import { commandAs, whose } from '../user.ts'

/** The files that every process in a data directory reads and writes; the directory first. */
export const worked = ['', 'callgate.db', 'callgate.db-wal', 'callgate.db-shm', 'serve.lock', 'secret']

/** The size of a new write-ahead log's index: with less free space no database can be opened. */
const leastFreeBytes = 64 * 1024

const fullCodes = new Set(['SQLITE_FULL', 'ENOSPC', 'EDQUOT'])

/** The cause of an error in a data directory, and its remedy. */
export const directoryTrouble = (path: string, error: unknown): string => {
  const { message } = error as Error
  return (
    fullness(path, error) ??
    directoryProblem(path) ??
    network(path, message) ??
    `The data directory ${path} cannot be used: ${message}.`
  )
}

/** The reason why this process cannot work in a data directory, or create it, and the remedy; undefined without one. */
export const directoryProblem = (path: string): string | undefined => {
  const directory = resolve(path)
  const { at, stats, code } = nearest(directory)
  if (!stats.isDirectory())
    return `The data directory ${path} is not possible: ${at} is not a directory. Set a different CALLGATE_DATA_DIR.`
  if (code === 'EACCES')
    return `The data directory ${path} cannot be reached: ${whose(at, stats)} Run it as that user: ${commandAs(stats.uid)}, or: sudo chmod o+x ${at}`
  if (at !== directory) return unmakable(path, at, stats)
  for (const name of worked) {
    const file = join(directory, name)
    const refusal = refusalOf(file)
    if (refusal === 'EROFS') return readOnly(path, directory)
    if (refusal !== undefined)
      return refused(name === '' ? `The data directory ${path}` : file, statSync(file), directory)
  }
  return undefined
}

/** The reason why no file can be created in another directory; undefined for any other problem. */
export const targetTrouble = (path: string, error: unknown): string | undefined => {
  const directory = resolve(path)
  if (fullCodes.has(codeOf(error)))
    return `The disk of ${directory} is full. Choose a file on a different disk.`
  const refusal = refusalOf(directory)
  if (refusal === 'EROFS') return `${directory} is mounted read-only. Name a file elsewhere.`
  return refusal && `${whose(directory, statSync(directory))} Name a file elsewhere.`
}

/** The reason why a file cannot be read; undefined without one. */
export const readingProblem = (file: string): string | undefined => {
  try {
    accessSync(file, constants.R_OK)
    return statSync(file).isFile() ? undefined : `${file} is not a file.`
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return `There is no file ${file}.`
    const { at, stats } = nearest(resolve(file))
    return `${file} cannot be read: ${whose(at, stats)}`
  }
}

/** The type and mount point of a directory's network file system; undefined on a local disk. */
export const networkUnder = (path: string): string | undefined => {
  const mount = mountOf(resolve(path))
  return mount && isNetwork(mount) ? `${mount.type} at ${mount.at}` : undefined
}

/** The path, or its last visible ancestor, and the error that ended the walk. */
const nearest = (path: string): { at: string; stats: Stats; code?: string } => {
  try {
    return { at: path, stats: statSync(path) }
  } catch (error) {
    if (path === dirname(path)) throw error
    return { code: codeOf(error), ...nearest(dirname(path)) }
  }
}

/** The system's error for reading and writing a file; undefined without one, also for a missing file. */
const refusalOf = (file: string): string | undefined => {
  const { R_OK, W_OK, X_OK } = constants
  try {
    accessSync(file, R_OK | W_OK | (statSync(file).isDirectory() ? X_OK : 0))
    return undefined
  } catch (error) {
    const code = codeOf(error)
    return code === 'ENOENT' ? undefined : code
  }
}

const fullness = (path: string, error: unknown): string | undefined => {
  const { at } = nearest(resolve(path))
  const { bavail, bsize, files, ffree } = statfsSync(at)
  const disk = `The disk of the data directory ${path} is full`
  if (files > 0 && ffree === 0) return `${disk}: no inode is free. Remove files there. See: df -i ${at}`
  if (!fullCodes.has(codeOf(error)) && bavail * bsize >= leastFreeBytes) return undefined
  return `${disk}: ${bavail * bsize} bytes are free. Make room there. See: df -h ${at}`
}

const network = (path: string, message: string): string | undefined => {
  const under = networkUnder(path)
  if (under === undefined) return undefined
  return `The data directory ${path} is on a network file system (${under}), where SQLite's locks do not hold: ${message}. Move it to a local disk.`
}

const unmakable = (path: string, at: string, stats: Stats) => {
  const refusal = refusalOf(at)
  if (refusal === 'EROFS') return readOnly(path, at)
  return (
    refusal &&
    `The data directory ${path} cannot be created: ${whose(at, stats)} Run: sudo install -d -m 700 -o ${process.getuid?.()} -g ${process.getgid?.()} ${resolve(path)}`
  )
}

const readOnly = (path: string, at: string) =>
  `The data directory ${path} is on a file system that is mounted read-only. Set a different CALLGATE_DATA_DIR, or run: sudo mount -o remount,rw ${mountOf(at)?.at ?? at}`

const refused = (what: string, stats: Stats, directory: string) => {
  if (stats.uid === process.getuid?.())
    return `${what} does not let its owner read and write. Run: chmod -R u+rwX ${directory}`
  if (holdsOther(directory))
    return `${whose(what, stats)} It holds no data of callgate: name another with CALLGATE_DATA_DIR.`
  return `${whose(what, stats)} Run it as that user: ${commandAs(stats.uid)}, or hand it over: sudo chown -R ${process.getuid?.()}:${process.getgid?.()} ${directory}`
}

/** True for a directory that visibly holds something else: nobody must be told to change the owner of all of it. */
const holdsOther = (directory: string) => {
  try {
    const names = readdirSync(directory).filter((name) => name !== 'lost+found')
    return names.length > 0 && !names.includes('callgate.db')
  } catch {
    return false
  }
}

const codeOf = (error: unknown) => (error as { code?: string }).code ?? ''
