import { mkdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CommandError } from '../failures.ts'
import { backUp, type Progress, restore } from '../storage/backup.ts'
import { isStorageTrouble, openDatabase } from '../storage/database.ts'
import { directoryProblem, directoryTrouble } from './directory-trouble.ts'
import { holdsSealed, inspect, readDatabase } from '../storage/inspect.ts'
import { type Holder, holderOf, takeLock } from './lock.ts'
import { createStores } from '../storage/stores.ts'
import { requirePrivate, writeOwn } from './own-file.ts'
import { type Rotation, rotateSecret } from '../storage/rotate-secret.ts'
import { isSecretOf } from '../storage/seal-anew.ts'
import { SecretFile } from './secret-file.ts'

/** The lock wait of commands and of a starting server. */
const patientBusyTimeoutMs = 5000
/** bun:sqlite waits synchronously, so this bounds how long another process can block a server's event loop. */
const servingBusyTimeoutMs = 250

export type { BackupSummary } from '../storage/backup.ts'
export type { Holder }

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

  /**
   * For a server: the same, with a lock wait that its clients can bear. Throws a `CommandError` where others could change
   * the directory or its files.
   */
  openServingDatabase() {
    this.#named(() => {
      this.#make()
      requirePrivate(this.path)
    })
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
    return this.#named(() => backUp(this.#file('callgate.db'), file, this.#knownSecret(), progress))
  }

  /** Makes the database from a backup. Fails where there is one, and where a server runs. */
  restore(file: string, progress: Progress) {
    return this.#alone(() => restore(file, this.#file('callgate.db'), this.#knownSecret(), progress))
  }

  /** Inspects the directory without judging it. */
  inspect() {
    const secret = this.#knownSecret()
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

  /**
   * Replaces the secret, and seals everything anew in one commit: with the configured secret, else with a new one. Fails
   * while a server runs.
   */
  rotateSecret(options: Rotation) {
    return this.#alone(() => {
      const configured = this.#secret
      using database = this.#opened()
      const files = this.#secretFiles()
      if (configured !== null)
        return rotateSecret(database, options.previous ?? files.settle(), configured, options)
      const before = options.previous ?? files.settle()
      const next = files.prepare()
      const rotated = rotateSecret(database, before, next, options)
      files.adopt()
      return rotated
    })
  }

  /** The secret, where there is one: it is not created. */
  #knownSecret(): string | undefined {
    return this.#secret ?? attempt(() => this.#secretFiles().read())
  }

  #secretFiles() {
    return new SecretFile(this.#file('secret'), (secret) =>
      this.exists
        ? readDatabase(this.#file('callgate.db'), (sqlite) => isSecretOf(sqlite, secret))
        : undefined,
    )
  }

  #ownSecret() {
    const files = this.#secretFiles()
    const secret = files.settle()
    if (secret !== undefined) return secret
    this.#refuseSealed(files.path)
    return files.create()
  }

  /** Creating a new secret next to data encrypted under a lost one would hide the loss. */
  #refuseSealed(file: string) {
    if (!this.exists || !readDatabase(this.#file('callgate.db'), holdsSealed)) return
    throw new CommandError(
      `The secret that decrypts the stored credentials is missing. Restore it as ${file}, or set CALLGATE_SECRET. If it is lost, run: callgate secret rotate --lost`,
    )
  }

  writeSetupLink(link: string) {
    this.#named(() => {
      writeOwn(this.#file('setup-link'), `${link}\n`)
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

  #opened() {
    const database = this.openDatabase()
    return Object.assign(database, { [Symbol.dispose]: () => database.close() })
  }

  /** Runs work that needs the directory for itself. */
  #alone<T>(work: () => T): T {
    const held = this.lock()
    if (!held) throw new CommandError(`A callgate is serving the data directory ${this.path}. Stop it first.`)
    try {
      return this.#named(work)
    } finally {
      held.unlock()
    }
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
