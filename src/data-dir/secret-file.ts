import { renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { CommandError } from '../failures.ts'
import { readOwn, writeOwn } from './own-file.ts'
import { isTaken, placeFile, syncDirectory } from './place-file.ts'

/** The minimum for a secret. */
const secretLeast = 32

/**
 * The secret in the data directory. While it is replaced, the next one is in a file next to it; which of the two is in use
 * is what the database says, so that a replacement that was cut off anywhere is either done or not begun.
 */
export class SecretFile {
  readonly path: string
  readonly #next: string
  readonly #isSecretOfDatabase: (secret: string) => boolean | undefined

  constructor(path: string, isSecretOfDatabase: (secret: string) => boolean | undefined) {
    this.path = path
    this.#next = `${path}.next`
    this.#isSecretOfDatabase = isSecretOfDatabase
  }

  /** The secret in use; undefined where there is none. Throws a `CommandError` for one that is cut short. */
  read(): string | undefined {
    return this.#replacement() ?? secretIn(this.path)
  }

  /** The same, after the end of a replacement that was cut off after its commit. */
  settle(): string | undefined {
    if (this.#replacement() !== undefined) this.adopt()
    return secretIn(this.path)
  }

  create(): string {
    createOnce(this.path)
    return secretIn(this.path) ?? ''
  }

  /** The next secret, on disk. One of an earlier attempt is used again. */
  prepare(): string {
    createOnce(this.#next)
    return secretIn(this.#next) ?? ''
  }

  /** Puts the next secret in its place. */
  adopt() {
    renameSync(this.#next, this.path)
    syncDirectory(dirname(this.path))
  }

  #replacement(): string | undefined {
    const next = secretIn(this.#next)
    return next !== undefined && this.#isSecretOfDatabase(next) === true ? next : undefined
  }
}

const secretIn = (path: string): string | undefined => {
  const secret = readOwn(path)?.trim()
  if (secret !== undefined && secret.length < secretLeast)
    throw new CommandError(`The secret in ${path} is cut short. Restore it from a backup.`)
  return secret
}

/** Creates a secret atomically. Of two processes at once, one creates it and both read it. */
const createOnce = (path: string) => {
  const aside = `${path}.${process.pid}`
  const secret = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url')
  writeOwn(aside, `${secret}\n`)
  try {
    placeFile(aside, path)
  } catch (error) {
    if (!isTaken(error)) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}
