import { Database as Sqlite } from 'bun:sqlite'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../failures.ts'
import { backUp, type Progress, restore } from './backup.ts'
import { isStorageTrouble, openDatabase } from './database.ts'
import { directoryProblem, directoryTrouble } from './directory-trouble.ts'
import { holdsSealed, inspect } from './inspect.ts'
import { type Holder, holderOf, takeLock } from './lock.ts'
import { createStores } from './stores.ts'
import { isTaken, placeFile } from './place-file.ts'

/** A command can wait for its turn, and so can a server that is only starting. */
const patientBusyTimeoutMs = 5000
/** bun:sqlite waits synchronously: this is how long another process can hold up a server's event loop. */
const servingBusyTimeoutMs = 250

export type { BackupSummary } from './backup.ts'
export type { Holder }

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

  /** True when it has been made. Throws a `CommandError` where this process cannot see that. */
  get exists() {
    return this.#named(() => statSync(this.#file('callgate.db'), { throwIfNoEntry: false }) !== undefined)
  }

  /** Why this process cannot work in it, or cannot make it; undefined when it can. */
  get problem() {
    return directoryProblem(this.path)
  }

  /** Whether an error is the disk's. */
  static isTrouble(error: unknown) {
    return isStorageTrouble(error)
  }

  /** An error of the disk as a sentence that says why, and what mends it. */
  refusal(error: unknown) {
    return error instanceof CommandError ? error : new CommandError(directoryTrouble(this.path, error))
  }

  /** Makes what is missing, opens the database and migrates it. */
  openDatabase() {
    return this.#named(() => {
      this.#make()
      return openDatabase(this.#file('callgate.db'), patientBusyTimeoutMs)
    })
  }

  /** Its stores, until the block of their `using` ends. */
  openStores() {
    const database = this.openDatabase()
    return { ...createStores(database, this.secret()), [Symbol.dispose]: () => database.close() }
  }

  /** For a server: the same, waiting no longer than its callers can. */
  openServingDatabase() {
    const database = this.openDatabase()
    database.sqlite.run(`PRAGMA busy_timeout = ${servingBusyTimeoutMs}`)
    return database
  }

  /**
   * Makes this process the only one that writes it, known as `instance`; gives the ways to say where it serves and to end
   * that, undefined when another process holds it.
   */
  lock(instance: string = crypto.randomUUID()) {
    return this.#named(() => {
      this.#make()
      return takeLock(this.#file('serve.lock'), { instance, pid: process.pid })
    })
  }

  /** Who holds its lock; null when nobody does, and 'unknown' for one that has not said it yet. */
  holder(): Holder | 'unknown' | null {
    return this.#named(() => holderOf(this.#file('serve.lock')))
  }

  /** A name for a file that is here for a while. */
  aside(what: string) {
    return this.#named(() => {
      this.#make()
      return this.#file(`${what}.${process.pid}.part`)
    })
  }

  /** Copies the database to a new file, beside a server or without one. */
  backUp(file: string, progress: Progress) {
    return this.#named(() => backUp(this.#file('callgate.db'), file, progress))
  }

  /** Makes the database from a backup. Refused where there is one, and where a server runs. */
  restore(file: string, progress: Progress) {
    const held = this.lock()
    if (!held) throw new CommandError(`A callgate is serving the data directory ${this.path}. Stop it first.`)
    try {
      return this.#named(() => restore(file, this.#file('callgate.db'), progress))
    } finally {
      held.unlock()
    }
  }

  /** What is in it, looked at and not judged. */
  inspect() {
    const file = this.#file('secret')
    const own = attempt(() => readFileSync(file, 'utf8').trim())
    const secret = this.#secret ?? own
    const holder = attempt(() => this.holder()) ?? null
    return this.#named(() => ({ ...inspect(this.path, secret), hasSecret: secret !== undefined, holder }))
  }

  /** Where the secret is kept, when the configuration has none. */
  get secretFile(): string | undefined {
    return this.#secret === null ? this.#file('secret') : undefined
  }

  /** The secret of the configuration, else the directory's own, made when it is first needed. */
  secret(): string {
    return this.#secret ?? this.#named(() => this.#ownSecret())
  }

  #ownSecret() {
    const file = this.#file('secret')
    if (!existsSync(file)) {
      this.#refuseSealed(file)
      createOnce(file, Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url'))
    }
    const secret = readFileSync(file, 'utf8').trim()
    if (secret.length < secretLeast)
      throw new CommandError(`The secret in ${file} is cut short. Restore it from a backup.`)
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
    throw new CommandError(
      `The secret that opens the stored credentials is missing. Put it back as ${file}, or set CALLGATE_SECRET. If it is lost, put a new one there and enter the credentials again.`,
    )
  }

  writeSetupLink(link: string) {
    this.#named(() => {
      this.removeSetupLink()
      writeFileSync(this.#file('setup-link'), `${link}\n`, { mode: 0o600 })
    })
  }

  removeSetupLink() {
    rmSync(this.#file('setup-link'), { force: true })
  }

  #file(name: string) {
    return join(this.path, name)
  }

  #make() {
    process.umask(0o077)
    mkdirSync(this.path, { recursive: true, mode: 0o700 })
  }

  #named<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw this.refusal(error)
    }
  }
}

const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch {
    return undefined
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
