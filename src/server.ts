import http from 'node:http'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from './app.ts'
import { type Call, leaseOf } from './calls/call.ts'
import { Dispatcher } from './calls/dispatch.ts'
import { createEnd } from './calls/end.ts'
import { Idempotency } from './calls/idempotency.ts'
import { Lifecycle } from './calls/lifecycle.ts'
import { Reconciler } from './calls/reconcile.ts'
import { createTrigger } from './calls/trigger.ts'
import { type Clock, systemClock } from './clock.ts'
import type { Config } from './config.ts'
import { Passwords } from './http/admin/passwords.ts'
import { randomToken, secretHash, Sessions } from './http/admin/sessions.ts'
import { createRateLimits } from './http/rate-limits.ts'
import { Keyring } from './keys/keyring.ts'
import { Leases } from './limits/leases.ts'
import { Windows } from './limits/window.ts'
import { Dialling } from './providers/dialling.ts'
import { Simulator } from './providers/simulator.ts'
import { createAccountStore } from './storage/accounts.ts'
import { createAgencyStore } from './storage/agencies.ts'
import { createAgentStore } from './storage/agents.ts'
import { createCallStore } from './storage/calls.ts'
import { createCommit } from './storage/commit.ts'
import { type Database, openDatabase } from './storage/database.ts'
import { createEnvironmentStore } from './storage/environments.ts'
import { createIdempotencyStore } from './storage/idempotency.ts'
import { createKeyStore } from './storage/keys.ts'
import { takeLock } from './storage/lock.ts'
import { createPeopleStore } from './storage/people.ts'
import { Vault } from './storage/vault.ts'
import type { Log } from './telemetry/log.ts'
import { Usage } from './telemetry/usage.ts'

export type Services = ReturnType<typeof createServices>

/** One store per noun, over one database. What the command line works with. */
export const createStores = (database: Database, secret: string) => ({
  agencies: createAgencyStore(database),
  environments: createEnvironmentStore(database),
  keys: createKeyStore(database),
  agents: createAgentStore(database),
  accounts: createAccountStore(database, new Vault(secret)),
  calls: createCallStore(database),
  idempotency: createIdempotencyStore(database),
  people: createPeopleStore(database),
})

/** Wires everything once. Nothing runs yet: `reconciler.start` sets it going. */
export const createServices = (
  config: Config & { secret: string },
  database: Database,
  clock: Clock,
  log: Log,
  providerTimeoutMs = 15_000,
) => {
  const stores = createStores(database, config.secret)
  const { accounts, agents, calls, keys } = stores
  const listening = { url: `http://${reachableHost(config.host)}:${config.port}` }
  const publicUrl = () => config.publicUrl ?? listening.url
  const commit = createCommit(database)

  const leases = new Leases()
  for (const call of calls.active()) leases.restore(leaseOf(call))

  const lifecycle = new Lifecycle({ calls, leases, commit, clock })
  const simulator = new Simulator(clock, (callId, event) => void lifecycle.record(callId, event))
  const dialling = new Dialling({
    simulator,
    accounts,
    surroundings: { clock, timeoutMs: providerTimeoutMs },
    publicUrl,
  })
  const provider = (call: Call) => dialling.providerOf(call)
  const dispatcher = new Dispatcher({ lifecycle, provider, clock, log })
  const calling = { lifecycle, dispatcher, provider, clock }

  return {
    ...stores,
    config,
    clock,
    log,
    leases,
    lifecycle,
    dispatcher,
    dialling,
    listening,
    publicUrl,
    keyring: new Keyring(keys),
    windows: new Windows(config.windowSeconds * 1000),
    rateLimits: createRateLimits({ ...config, leases }),
    usage: new Usage(keys, clock, log),
    sessions: new Sessions(stores.people, clock, config.publicUrl),
    passwords: new Passwords(stores.people, clock),
    finishSetup: () => rmSync(setupLinkFile(config.dataDir), { force: true }),
    noteExposure: keys.markExposed,
    checkStorage: () => void database.sqlite.query('SELECT 1').get(),
    trigger: createTrigger({
      ...config,
      agents,
      accounts,
      calls,
      idempotency: new Idempotency(stores.idempotency),
      leases,
      commit,
      clock,
      dispatch: (call) => dispatcher.dispatch(call),
    }),
    endCall: createEnd(calling),
    reconciler: new Reconciler({ ...calling, calls, log }),
  }
}

const databaseFile = (dataDir: string) => join(dataDir, 'callgate.db')
/** A command can wait for its turn; a server must not. */
const commandBusyTimeoutMs = 5000

/** True when a data directory has been made. */
export const hasDataDir = (dataDir: string) => existsSync(databaseFile(dataDir))

/** Opens the database of a data directory for a command, making both where they are not there yet. */
export const openDataDir = (dataDir: string) => {
  makeDataDir(dataDir)
  return openDatabase(databaseFile(dataDir), commandBusyTimeoutMs)
}

/** Everything in a data directory is for its owner alone. */
const makeDataDir = (dataDir: string) => {
  process.umask(0o077)
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
}

/** The secret of the configuration, else the data directory's own, made when it is first needed. */
export const secretOf = ({ dataDir, secret }: Pick<Config, 'dataDir' | 'secret'>): string => {
  if (secret !== null) return secret
  const file = join(dataDir, 'secret')
  // Of two processes that get here at once, one makes the file and both read it.
  if (!existsSync(file)) writeAside(file, randomToken())
  return readFileSync(file, 'utf8').trim()
}

const writeAside = (file: string, text: string) => {
  const aside = `${file}.${process.pid}`
  writeFileSync(aside, `${text}\n`, { mode: 0o600 })
  try {
    linkSync(aside, file)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error
  } finally {
    rmSync(aside)
  }
}

const setupLinkFile = (dataDir: string) => join(dataDir, 'setup-link')
const setupLinkMs = 30 * 60_000

/**
 * The link that lets in the first person: none once there is one. New at every start, kept only as a hash, and written
 * to a file that its owner alone can read.
 */
const prepareSetup = ({ people, config, clock, finishSetup }: Services, url: string) => {
  if (people.anyone()) {
    finishSetup()
    return undefined
  }
  const token = randomToken()
  people.setSetupToken(secretHash(token), clock.now() + setupLinkMs)
  const link = `${url}/admin/setup?token=${token}`
  finishSetup()
  writeFileSync(setupLinkFile(config.dataDir), `${link}\n`, { mode: 0o600 })
  return link
}

/** Why a command was not carried out, as a sentence for the person who gave it. */
export class Refusal extends Error {}

/** How a host to listen on is written in a URL that works on this machine. */
export const reachableHost = (host: string) => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** Above it Bun answers a bare 431; below it every refusal is ours to word. */
const maxHeaderBytes = 64 * 1024

/** Starts serving; resolves to the address, the setup link while there is nobody, and the way to stop. */
export const startServer = async (config: Config, log: Log) => {
  makeDataDir(config.dataDir)
  const unlock = takeLock(join(config.dataDir, 'serve.lock'))
  if (!unlock) throw new Refusal(`Another callgate is serving the data directory ${config.dataDir}.`)
  const database = openDatabase(databaseFile(config.dataDir))
  const secret = secretOf(config)
  const services = createServices({ ...config, secret }, database, systemClock, log)
  Object.assign(http, { maxHeaderSize: maxHeaderBytes })
  const app = createApp(services).listen({
    hostname: config.host,
    port: config.port,
    // Bodies are capped where they are read; Bun's own limit would answer a bare 413, and drops what nobody reads.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  })
  const url = `http://${reachableHost(config.host)}:${app.server?.port}`
  services.listening.url = url
  services.reconciler.start()

  /** Answers what was accepted, then leaves the disk as a restart wants to find it. */
  const stop = async () => {
    services.reconciler.stop()
    await app.stop()
    await services.dispatcher.idle()
    services.usage.flush()
    database.close()
    unlock()
  }
  return { url, setupLink: prepareSetup(services, config.publicUrl ?? url), services, stop }
}
