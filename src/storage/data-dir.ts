import { Database as Sqlite } from 'bun:sqlite'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Refusal } from '../failures.ts'
import { backUp, type Progress, restore } from './backup.ts'
import { openDatabase } from './database.ts'
import { holdsSealed, inspect } from './inspect.ts'
import { isLocked, takeLock } from './lock.ts'
import { isTaken, placeFile } from './place-file.ts'

/** A command can wait for its turn, and so can a server that is only starting. */
const patientBusyTimeoutMs = 5000
/** bun:sqlite waits synchronously: this is how long another process can hold up a server's event loop. */
const servingBusyTimeoutMs = 250

/** As for `CALLGATE_SECRET`. */
const secretLeast = 32

/**
 * The directory that holds all that a server remembers: the database, its secret where the configuration has none, the
 * setup link, and the lock of the one server at a time. Its files are for their owner alone.
 */
export class DataDir {
  readonly path: string
  readonly #secret: string | null

  constructor({ dataDir, secret }: { dataDir: string; secret: string | null }) {
    this.path = dataDir
    this.#secret = secret
  }

  /** True when it has been made. */
  get exists() {
    return existsSync(this.#file('callgate.db'))
  }

  /** Makes what is missing, opens the database and migrates it. */
  openDatabase() {
    this.#make()
    try {
      return openDatabase(this.#file('callgate.db'), patientBusyTimeoutMs)
    } catch (error) {
      if (error instanceof Refusal) throw error
      throw new Refusal(`The database in ${this.path} cannot be used: ${(error as Error).message}.`)
    }
  }

  /** For a server: the same, waiting no longer than its callers can. */
  openServingDatabase() {
    const database = this.openDatabase()
    database.sqlite.run(`PRAGMA busy_timeout = ${servingBusyTimeoutMs}`)
    return database
  }

  /** Makes this process its only server; gives the way to end that, undefined when there is another. */
  lock() {
    this.#make()
    return takeLock(this.#file('serve.lock'))
  }

  /** Copies the database to a new file, beside a server or without one. */
  backUp(file: string, progress: Progress) {
    return backUp(this.#file('callgate.db'), file, progress)
  }

  /** Makes the database from a backup. Refused where there is one, and where a server runs. */
  restore(file: string, progress: Progress) {
    const unlock = this.lock()
    if (!unlock) throw new Refusal(`A callgate is serving the data directory ${this.path}. Stop it first.`)
    try {
      return restore(file, this.#file('callgate.db'), progress)
    } finally {
      unlock()
    }
  }

  /** What is in it, looked at and not judged. */
  inspect() {
    const file = this.#file('secret')
    const own = existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
    const secret = this.#secret ?? own
    const isServed = isLocked(this.#file('serve.lock'))
    return { ...inspect(this.path, secret), hasSecret: secret !== undefined, isServed }
  }

  /** Where the secret is kept, when the configuration has none. */
  get secretFile(): string | undefined {
    return this.#secret === null ? this.#file('secret') : undefined
  }

  /** The secret of the configuration, else the directory's own, made when it is first needed. */
  secret(): string {
    if (this.#secret !== null) return this.#secret
    const file = this.#file('secret')
    if (!existsSync(file)) {
      this.#refuseSealed(file)
      createOnce(file, Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'))
    }
    const secret = readFileSync(file, 'utf8').trim()
    if (secret.length < secretLeast)
      throw new Refusal(`The secret in ${file} is cut short. Restore it from a backup.`)
    return secret
  }

  /** A new secret beside what another one sealed would pass over in silence that it is lost. */
  #refuseSealed(file: string) {
    if (!this.exists) return
    const database = new Sqlite(this.#file('callgate.db'), { readonly: true })
    try {
      if (!holdsSealed(database)) return
    } finally {
      database.close()
    }
    throw new Refusal(
      `The secret that opens the stored credentials is missing. Put it back as ${file}, or set CALLGATE_SECRET. If it is lost, put a new one there and enter the credentials again.`,
    )
  }

  writeSetupLink(link: string) {
    this.removeSetupLink()
    writeFileSync(this.#file('setup-link'), `${link}\n`, { mode: 0o600 })
  }

  removeSetupLink() {
    rmSync(this.#file('setup-link'), { force: true })
  }

  #file(name: string) {
    return join(this.path, name)
  }

  #make() {
    process.umask(0o077)
    try {
      mkdirSync(this.path, { recursive: true, mode: 0o700 })
    } catch (error) {
      throw new Refusal(`The data directory ${this.path} cannot be made: ${(error as Error).message}.`)
    }
  }
}

/** Makes a file whole or not at all. Of two processes that get here at once, one makes it and both find it. */
const createOnce = (file: string, text: string) => {
  const aside = `${file}.${process.pid}`
  writeFileSync(aside, `${text}\n`, { mode: 0o600 })
  try {
    placeFile(aside, file)
  } catch (error) {
    if (!isTaken(error)) throw error
  } finally {
    rmSync(aside, { force: true })
  }
}
