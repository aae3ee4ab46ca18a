import {
  copyFileSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { executable } from '../support/binary.ts'
import { freePort } from '../support/port.ts'
import { onCore, type Pinned, startPinned } from './pinned.ts'
import { listen, type Seeded, seed, signIn, writeHeaders } from './seed.ts'

export interface GateOptions {
  agencies: number
  settings?: Record<string, string>
  /** Each production environment has an endpoint, which answers on the core of the load. */
  hasWebhooks?: boolean
  /** Lets in the cookie that `signIn` gives. */
  isSignedIn?: boolean
}

/** What the servers of a run stand on: the cores, and files that are made once and gone at the end. */
export class Ground {
  readonly serverCore = 0
  readonly loadCore = 1
  readonly directory: string
  readonly #serve: string[]
  readonly #seeds = new Map<number, Seeded>()
  readonly #files = new Map<string, string>()
  #receiver: ReturnType<typeof startReceiver> | undefined

  /** `serve` is the command that serves: the executable's, where no other is given. */
  constructor(serve = [executable, 'serve']) {
    this.#serve = serve
    this.directory = mkdtempSync(join(tmpdir(), 'callgate-bench-'))
  }

  /** A data directory with so many agencies, made when it is first asked for. */
  seeded(agencies: number): Seeded {
    const known = this.#seeds.get(agencies) ?? seed(this.directory, agencies)
    this.#seeds.set(agencies, known)
    return known
  }

  /** A file of request headers, made when it is first asked for. */
  headers(name: string, requests: () => Record<string, string>[]) {
    const file = this.#files.get(name) ?? writeHeaders(join(this.directory, `${name}.txt`), requests())
    this.#files.set(name, file)
    return file
  }

  /** A new directory, gone when its block ends. */
  room() {
    const path = mkdtempSync(join(this.directory, 'room-'))
    return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
  }

  /** The executable, on a copy of the data of so many agencies. */
  startGate(
    room: string,
    { agencies, settings = {}, isSignedIn = false, hasWebhooks = false }: GateOptions,
  ): Promise<Pinned> {
    const data = join(room, 'data')
    copyToDisk(this.seeded(agencies).dataDir, data)
    if (isSignedIn) signIn(data)
    if (!hasWebhooks) return this.serveGate(room, settings)
    listen(data, this.#endpoint())
    return this.serveGate(room, { ...settings, CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true' })
  }

  /** The URL of an endpoint that takes every event, started when it is first asked for. */
  #endpoint() {
    this.#receiver ??= startReceiver(this.loadCore)
    return this.#receiver.url
  }

  /** The executable, on what is there. */
  serveGate(room: string, settings: Record<string, string> = {}): Promise<Pinned> {
    const port = freePort()
    const env = {
      CALLGATE_DATA_DIR: join(room, 'data'),
      CALLGATE_PORT: String(port),
      CALLGATE_LOG_LEVEL: 'warning',
      ...settings,
    }
    return this.start(room, 'callgate', this.#serve, port, env)
  }

  start(
    room: string,
    name: string,
    command: string[],
    port: number,
    env: Record<string, string> = {},
  ): Promise<Pinned> {
    return startPinned({ name, command, env, port, directory: room }, this.serverCore)
  }

  [Symbol.dispose]() {
    this.#receiver?.child.kill()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

const startReceiver = (core: number) => {
  const port = freePort()
  const script = join(import.meta.dir, 'peers/receiver.js')
  const child = Bun.spawn(onCore(core, [process.execPath, script, String(port)]), { stdout: 'ignore' })
  return { child, url: `http://127.0.0.1:${port}/` }
}

/** What is still to be written back would be waited for by the fsync that is measured. */
const copyToDisk = (from: string, to: string) => {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    copyFileSync(join(from, name), join(to, name))
    const file = openSync(join(to, name), 'r+')
    fsyncSync(file)
    closeSync(file)
  }
}
