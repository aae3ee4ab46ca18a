import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/**
 * Renames a finished file, on disk when this returns, and never over another one. Throws `EEXIST` when the name is
 * taken, and then leaves the file.
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

/**
 * Syncs a directory as far as the file system can: some support no sync of directories, and some directories are
 * write-only for us.
 */
export const syncDirectory = (path: string) => {
  try {
    sync(path)
  } catch (error) {
    if (!cannotSync.has(codeOf(error))) throw error
  }
}

export const isTaken = (error: unknown) => codeOf(error) === 'EEXIST'

/** The errors of file systems without hard links. */
const cannotLink = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'])

/** The errors where a directory cannot be synced or opened for it. A failing disk gives EIO instead. */
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

/** Windows cannot open directories, and need not sync them. */
const sync = (path: string) => {
  if (process.platform === 'win32') return
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
