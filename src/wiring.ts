import { version } from '../package.json'
import { type Call, isOver } from './calls/call.ts'
import { Dispatcher } from './calls/dispatch.ts'
import { createEnd } from './calls/end.ts'
import { Idempotency } from './calls/idempotency.ts'
import { Lifecycle } from './calls/lifecycle.ts'
import { Reconciler } from './calls/reconcile.ts'
import { createEndCalls, createRelease } from './calls/release.ts'
import { restoreLeases } from './calls/restore-leases.ts'
import { createFetchRecording } from './calls/recording.ts'
import { createTrigger } from './calls/trigger.ts'
import type { Clock } from './clock.ts'
import { type Config, isSecure, localUrl } from './config.ts'
import { Passwords } from './people/passwords.ts'
import { Sessions } from './people/sessions.ts'
import { createAuthenticate } from './http/admin-api/authenticate.ts'
import { createRecordRequest } from './http/record-request.ts'
import { createRateLimits } from './http/rate-limits.ts'
import { createRecordRefusal } from './http/record-refusal.ts'
import { createCountWrongKey } from './http/wrong-keys.ts'
import { dueIfMadeBefore } from './keys/age.ts'
import { Keyring } from './keys/keyring.ts'
import { createReportLeak } from './keys/leak.ts'
import { createMarkKeyExposed } from './keys/mark-exposed.ts'
import { WindowJournal } from './limits/journal.ts'
import { Leases } from './limits/leases.ts'
import { Windows } from './limits/window.ts'
import type { Operation } from './operation/operation.ts'
import { type OperationDeps, operations as allOperations } from './operations.ts'
import { createOpen } from './outgoing/open.ts'
import { createSend } from './outgoing/send.ts'
import { createPerform } from './operation/perform.ts'
import { Dialling } from './providers/dialling.ts'
import { capabilitiesOf, optionsFor, recordingsOf } from './providers/kinds.ts'
import { Simulator } from './providers/simulator.ts'
import { keptRows, Retention } from './retention.ts'
import { createCommit } from './storage/commit.ts'
import type { DataDir } from './storage/data-dir.ts'
import { type Database, isStorageTrouble } from './storage/database.ts'
import { createStores } from './storage/stores.ts'
import { Watcher } from './storage/watcher.ts'
import type { Log } from './telemetry/log.ts'
import { Metrics } from './telemetry/metrics.ts'
import { createReadMetrics } from './telemetry/metrics/read.ts'
import { Usage } from './usage/usage.ts'
import { Deliverer } from './webhooks/deliverer.ts'
import { createOutbox } from './webhooks/outbox.ts'
import { createSample } from './webhooks/sample.ts'

export type Services = ReturnType<typeof createServices>

export interface ServiceDeps {
  config: Config
  dataDir: Pick<DataDir, 'secret' | 'writeSetupLink' | 'removeSetupLink'>
  database: Database
  clock: Clock
  log: Log
  /** The name of this process among those that answer `/readyz`. */
  instance?: string
  /** How long a provider may take to answer. */
  providerTimeoutMs?: number
  operations?: readonly Operation[]
  /** Whether it serves already; otherwise it does from `start` on. */
  isServing?: boolean
}

/** Wires everything once. Nothing runs yet: `start` sets it going, and `halt` ends it. */
export const createServices = (deps: ServiceDeps) => {
  const { config, dataDir, database, clock, log, instance, providerTimeoutMs = 15_000 } = deps
  const { operations = allOperations } = deps
  const stores = createStores(database, dataDir.secret())
  const { accounts, agents, calls, deliveries, keys, people, webhooks } = stores
  const listening = { url: localUrl(config, config.port) }
  const publicUrl = () => config.publicUrl ?? listening.url
  const metrics = new Metrics(clock)
  const commit = createCommit(database, (writes, run) => metrics.commit(writes, run))

  const leases: Leases = new Leases((environmentId, active, now) => usage.calls(environmentId, active, now))
  const usage = new Usage({ store: stores.usageRows, leases, clock, log })
  const takeOver = () => restoreLeases({ calls, leases, clock })
  takeOver()
  const watcher = new Watcher({ database, clock, log, takeOver })

  const capabilities = (call: Call) => capabilitiesOf(call.provider)
  const send = createSend({ allowPrivate: config.allowPrivateDestinations })
  const open = createOpen({ allowPrivate: config.allowPrivateDestinations })
  const webhookDeps = { webhooks, deliveries, send, clock, publicUrl }
  const deliverer = new Deliverer({
    ...webhookDeps,
    commit,
    log,
    random: Math.random,
    attempted: (result, tookMs, isDead) => metrics.attempt(result, tookMs, isDead),
  })
  const enqueueEvents = createOutbox({ ...webhookDeps, agents, capabilities, wake: () => deliverer.wake() })
  const lifecycle = new Lifecycle({
    calls,
    leases,
    capabilities,
    commit,
    clock,
    enqueueEvents,
    ended: (call) => metrics.callEnded(call),
  })
  const simulator = new Simulator(clock, (callId, event) => void lifecycle.record(callId, event))
  const providerDeps = { clock, timeoutMs: providerTimeoutMs, send }
  const dialling = new Dialling({
    simulator,
    accounts,
    isOver: (callId) => {
      const call = calls.find(callId)
      return call !== undefined && isOver(call)
    },
    providerDeps,
    publicUrl,
    measure: (...request) => metrics.provider(...request),
  })
  const provider = (call: Call) => dialling.providerOf(call)
  const dispatcher = new Dispatcher({ lifecycle, provider, clock, log })
  const callDeps = { lifecycle, dispatcher, provider, clock }
  const reconciler = new Reconciler({ ...callDeps, calls, capabilities, log })

  const purge = (_: number, limit: number) => stores.deletedAgencies.purge(limit)
  const kept = [
    ...keptRows(config.keepDays, stores.oldRows),
    { name: 'what deleted agencies had', keptMs: 0, remove: purge },
  ]
  const retention = new Retention({ kept, commit, clock, log })

  const windows = new Windows(config.windowSeconds * 1000)
  const journal = new WindowJournal({ ...config, windows, store: stores.windowGrants, commit, clock, log })
  journal.restore()
  const rateLimits = createRateLimits({ ...config, leases, windows, clock })
  const gauges = { leases, windows, limits: config, counts: stores.counts, dueIfMadeBefore }

  const keyring = new Keyring(keys)
  let { isServing = false } = deps
  const destinationRules = { allowPrivate: config.allowPrivateDestinations }
  const sendSample = createSample(webhookDeps)
  const trigger = createTrigger({
    ...config,
    agents,
    accounts,
    calls,
    idempotency: new Idempotency(stores.idempotency),
    leases,
    commit,
    clock,
    optionsFor,
    dispatch: (call) => {
      metrics.callTriggered(call.provider)
      dispatcher.dispatch(call)
    },
  })
  const endCall = createEnd(callDeps)
  const fetchRecording = createFetchRecording({ provider, recordingsOf, open, log })
  const releaseDeps = { lifecycle, calls, clock, hangUp: (call: Call) => reconciler.hangUp(call) }
  const releaseCall = createRelease(releaseDeps)
  const operationDeps = {
    ...stores,
    usage,
    clock,
    config,
    dialling,
    deliverer,
    destinationRules,
    sendSample,
    trigger,
    endCall,
    releaseCall,
    endCalls: createEndCalls(releaseDeps),
    rateLimits,
    commit,
    compact: () => database.compact(),
    publicUrl,
    dataDir,
    isServing: () => isServing,
  }
  const countWrongKey = createCountWrongKey(clock)

  return {
    ...stores,
    operations,
    perform: createPerform<typeof operationDeps & OperationDeps>(operationDeps),
    authenticateToken: createAuthenticate({
      ...config,
      adminTokens: stores.adminTokens,
      countWrongKey,
      clock,
      log,
    }),
    config,
    dataDir,
    clock,
    log,
    leases,
    lifecycle,
    dispatcher,
    dialling,
    reconciler,
    deliverer,
    watcher,
    usage,
    /** Where the server really listens, once it does. */
    listening,
    publicUrl,
    keyring,
    reportLeak: createReportLeak({ ...stores, keyring }),
    windows,
    journal,
    rateLimits,
    recordRequest: createRecordRequest({ log, clock, requests: metrics.requests }),
    recordRefusal: createRecordRefusal({ ...config, usage, rateLimits, clock }),
    sessions: new Sessions(people, clock, log, isSecure(config)),
    passwords: new Passwords(people, clock),
    markKeyExposed: createMarkKeyExposed(stores),
    countWrongKey,
    readMetrics: createReadMetrics({ ...gauges, metrics, clock, version }),
    instance: instance ?? crypto.randomUUID(),
    checkStorage: () => database.check(),
    isStorageTrouble,
    trigger,
    endCall,
    releaseCall,
    fetchRecording,
    sendSample,
    /** Takes up what an earlier process left, and what comes to be from now on. */
    start: () => {
      isServing = true
      watcher.start()
      reconciler.start()
      deliverer.start()
      retention.start()
    },
    /** Begins nothing by itself any more; resolves when what is under way has come to its end. */
    rest: async () => {
      reconciler.stop()
      deliverer.stop()
      retention.stop()
      await Promise.all([dispatcher.idle(), deliverer.idle()])
    },
    /** Ends all that runs by itself. What is left undone is on disk, and a next start takes it up. */
    halt: () => {
      watcher.stop()
      reconciler.stop()
      deliverer.stop()
      retention.stop()
      simulator.stop()
      lifecycle.stop()
      journal.stop()
      usage.flush()
    },
  }
}
