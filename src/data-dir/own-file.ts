import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { CommandError } from '../failures.ts'
import { exposure } from '../user.ts'
import { worked } from './directory-trouble.ts'

/** Reads a file of the data directory, never through a link; undefined for a missing one. */
export const readOwn = (path: string): string | undefined => {
  let handle: number
  try {
    // Windows has no such flag, and no links that a user without privileges can make.
    handle = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw codeOf(error) === 'ELOOP' ? isLink(path) : error
  }
  try {
    return readFileSync(handle, 'utf8')
  } finally {
    closeSync(handle)
  }
}

/** Writes a new file that only its owner can read; a link under its name is replaced, never followed. */
export const writeOwn = (path: string, text: string) => {
  rmSync(path, { force: true })
  writeFileSync(path, text, { mode: 0o600, flag: 'wx' })
}

/** Throws a `CommandError` where others could change what a server works with, or a link would lead elsewhere. */
export const requirePrivate = (directory: string) => {
  for (const name of [...worked, 'secret.next']) {
    const path = join(directory, name)
    const stats = name === '' ? statOf(path) : lstatSync(path, { throwIfNoEntry: false })
    if (stats?.isSymbolicLink()) throw isLink(path)
    const problem = stats && exposure(path, stats)
    if (problem !== undefined) throw new CommandError(problem)
  }
}

/** The directory itself may be reached through a link. */
const statOf = (directory: string) => {
  const handle = openSync(directory, 'r')
  try {
    return fstatSync(handle)
  } finally {
    closeSync(handle)
  }
}

const isLink = (path: string) =>
  new CommandError(
    `${path} is a link, and callgate follows none in its data directory. Replace it with the file that it leads to: cp --remove-destination "$(readlink -f ${path})" ${path}, or remove ${basename(path)}.`,
  )

const codeOf = (error: unknown) => (error as { code?: string }).code
