import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Gives a finished file its name: whole, on disk when this returns, and never in the place of another. Throws `EEXIST`
 * when the name is taken, and leaves the file where it was.
 */
export const placeFile = (finished: string, name: string) => {
  sync(finished)
  try {
    linkSync(finished, name)
    rmSync(finished)
  } catch (error) {
    if (!cannotLink.has(codeOf(error))) throw error
    if (existsSync(name))
      throw Object.assign(new Error(`${name} exists`, { cause: error }), { code: 'EEXIST' })
    renameSync(finished, name)
  }
  syncDirectory(dirname(name))
}

/** Has a name put on disk as far as the file system can do that: some sync no directories, and to some we may only write. */
export const syncDirectory = (path: string) => {
  try {
    sync(path)
  } catch (error) {
    if (!cannotSync.has(codeOf(error))) throw error
  }
}

export const isTaken = (error: unknown) => codeOf(error) === 'EEXIST'

/** What file systems without hard links answer. */
const cannotLink = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** What is answered where a directory cannot be synced, or not be opened for it. A disk that fails says EIO. */
const cannotSync = new Set([
  'EINVAL',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EBADF',
  'EISDIR',
  'EACCES',
  'EPERM',
])

const codeOf = (error: unknown) => (error as { code?: string }).code ?? ''

/** Windows opens no directories, and needs none synced. */
const sync = (path: string) => {
  if (process.platform === 'win32') return
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
