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

/** The lock wait of commands and of a starting server. */
const patientBusyTimeoutMs = 5000
/** bun:sqlite waits synchronously, so this bounds how long another process can block a server's event loop. */
const servingBusyTimeoutMs = 250

export type { BackupSummary } from './backup.ts'
export type { Holder }

/** The minimum for `CALLGATE_SECRET`. */
const secretLeast = 32

/**
 * The data directory: the database, the secret where the configuration has none, the setup link, and the lock of the
 * one server at a time. Only its owner can read its files.
 */
export class DataDir {
  readonly path: string
  readonly #secret: string | null

  constructor({ dataDir, secret }: { dataDir: string; secret: string | null }) {
    this.path = dataDir
    this.#secret = secret
  }

  /** True when the directory exists. Throws a `CommandError` where this process cannot see that. */
  get exists() {
    return this.#named(() => statSync(this.#file('callgate.db'), { throwIfNoEntry: false }) !== undefined)
  }

  /** The reason why this process cannot work in the directory, or create it; undefined without one. */
  get problem() {
    return directoryProblem(this.path)
  }

  /** True for an error of the disk. */
  static isTrouble(error: unknown) {
    return isStorageTrouble(error)
  }

  /** Describes an error of the disk and its remedy. */
  refusal(error: unknown) {
    return error instanceof CommandError ? error : new CommandError(directoryTrouble(this.path, error))
  }

  /** Creates missing files, opens the database and migrates it. */
  openDatabase() {
    return this.#named(() => {
      this.#make()
      return openDatabase(this.#file('callgate.db'), patientBusyTimeoutMs)
    })
  }

  /** The stores, closed at the end of the caller's `using` block. */
  openStores() {
    const database = this.openDatabase()
    return { ...createStores(database, this.secret()), [Symbol.dispose]: () => database.close() }
  }

  /** For a server: the same, with a lock wait that its clients can bear. */
  openServingDatabase() {
    const database = this.openDatabase()
    database.sqlite.run(`PRAGMA busy_timeout = ${servingBusyTimeoutMs}`)
    return database
  }

  /**
   * Takes the lock as `instance`. Returns the ways to publish the server's address and to release the lock; undefined
   * when another process holds it.
   */
  lock(instance: string = crypto.randomUUID()) {
    return this.#named(() => {
      this.#make()
      return takeLock(this.#file('serve.lock'), { instance, pid: process.pid })
    })
  }

  /** The process that holds the lock; null without one, 'unknown' where it has not published itself yet. */
  holder(): Holder | 'unknown' | null {
    return this.#named(() => holderOf(this.#file('serve.lock')))
  }

  /** The path of a temporary file. */
  aside(what: string) {
    return this.#named(() => {
      this.#make()
      return this.#file(`${what}.${process.pid}.part`)
    })
  }

  /** Copies the database to a new file, with or without a running server. */
  backUp(file: string, progress: Progress) {
    return this.#named(() => backUp(this.#file('callgate.db'), file, progress))
  }

  /** Makes the database from a backup. Fails where there is one, and where a server runs. */
  restore(file: string, progress: Progress) {
    const held = this.lock()
    if (!held) throw new CommandError(`A callgate is serving the data directory ${this.path}. Stop it first.`)
    try {
      return this.#named(() => restore(file, this.#file('callgate.db'), progress))
    } finally {
      held.unlock()
    }
  }

  /** Inspects the directory without judging it. */
  inspect() {
    const file = this.#file('secret')
    const own = attempt(() => readFileSync(file, 'utf8').trim())
    const secret = this.#secret ?? own
    const holder = attempt(() => this.holder()) ?? null
    return this.#named(() => ({ ...inspect(this.path, secret), hasSecret: secret !== undefined, holder }))
  }

  /** The file of the secret, where the configuration has none. */
  get secretFile(): string | undefined {
    return this.#secret === null ? this.#file('secret') : undefined
  }

  /** The configured secret, else the directory's own, created on first use. */
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

  /** Creating a new secret next to data encrypted under a lost one would hide the loss. */
  #refuseSealed(file: string) {
    if (!this.exists) return
    const database = new Sqlite(this.#file('callgate.db'), { readonly: true })
    try {
      if (!holdsSealed(database)) return
    } finally {
      database.close()
    }
    throw new CommandError(
      `The secret that decrypts the stored credentials is missing. Restore it as ${file}, or set CALLGATE_SECRET. If it is lost, put a new one there and enter the credentials again.`,
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

/** Creates a file atomically. Of two processes at once, one creates it and both read it. */
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
