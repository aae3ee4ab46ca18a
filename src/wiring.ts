import { version } from '../package.json'
import { createReadAlarms } from './alarms/read-alarms.ts'
import { Denials } from './audit/denials.ts'
import { createLogEntry } from './audit/log-entry.ts'
import type { Clock } from './clock.ts'
import { type Config, isSecure, localUrl } from './config.ts'
import { Enrolments } from './people/enrolments.ts'
import { Passkeys } from './people/passkeys.ts'
import { Oidc } from './people/oidc.ts'
import { Passwords } from './people/passwords.ts'
import { SecondFactors } from './people/second-factors.ts'
import { Sessions } from './people/sessions.ts'
import { configWarnings } from './config/warnings.ts'
import { createProductionAccess } from './agencies/production-access.ts'
import { Flashes } from './http/admin/flashes.ts'
import { UntrustedProxies } from './http/untrusted-proxies.ts'
import { createAuthenticate } from './http/admin-api/authenticate.ts'
import { createCheckPolicy } from './calls/check-policy.ts'
import { createRecordRequest } from './http/record-request.ts'
import { createRecordRefusal } from './http/record-refusal.ts'
import { createCountWrongKey } from './http/wrong-keys.ts'
import { dueIfMadeBefore } from './keys/age.ts'
import { Keyring } from './keys/keyring.ts'
import { createReportLeak } from './keys/leak.ts'
import { createMarkKeyExposed } from './keys/mark-exposed.ts'
import type { Operation } from './operation/operation.ts'
import { type OperationDeps, operations as allOperations } from './operations.ts'
import { OutgoingLimiter, outgoingShares } from './outgoing/limiter.ts'
import { OneAtATime } from './outgoing/one-at-a-time.ts'
import { createOpen } from './outgoing/open.ts'
import { createSend, type Send } from './outgoing/send.ts'
import { createPerform } from './operation/perform.ts'
import { keptRows, Retention } from './retention.ts'
import { createCommit } from './storage/commit.ts'
import type { DataDir } from './data-dir/data-dir.ts'
import { type Database, isStorageTrouble } from './storage/database.ts'
import { createStores } from './storage/stores.ts'
import { Watcher } from './storage/watcher.ts'
import type { Log } from './telemetry/log.ts'
import { Metrics } from './telemetry/metrics.ts'
import { createReadMetrics } from './telemetry/metrics/read.ts'
import { wireAlerts } from './wiring/alerts.ts'
import { wireCalls } from './wiring/calls.ts'
import { wireLimits } from './wiring/limits.ts'
import { wireWebhooks } from './wiring/webhooks.ts'
import { atOnce } from './work.ts'

export type Services = ReturnType<typeof createServices>

export interface ServiceDeps {
  config: Config
  dataDir: Pick<DataDir, 'secret' | 'writeSetupLink' | 'removeSetupLink'>
  database: Database
  clock: Clock
  log: Log
  /** The name of this process among those that answer `/readyz`. */
  instance?: string
  /** The longest wait for a provider's response. */
  providerTimeoutMs?: number
  operations?: readonly Operation[]
  /** True from the first moment on; otherwise from `start` on. */
  isServing?: boolean
}

/** Wires everything once. Nothing runs before `start`; `halt` ends it. */
export const createServices = (deps: ServiceDeps) => {
  const { config, dataDir, database, clock, log, instance, providerTimeoutMs = 15_000 } = deps
  const { operations = allOperations } = deps
  let { isServing = false } = deps
  const stores = createStores(database, dataDir.secret())
  const listening = { url: localUrl(config, config.port) }
  const publicUrl = () => config.publicUrl ?? listening.url
  const metrics = new Metrics(clock)
  const commit = createCommit(database, (writes, run) => metrics.commit(writes, run))
  const outgoingDeps = { allowPrivate: config.allowPrivateDestinations }
  const limiter = new OutgoingLimiter(outgoingShares(config.outgoingRequests))
  const send = createSend(outgoingDeps)
  const open = createOpen(outgoingDeps)
  const signInTurn = { agencyId: 'gate', destination: 'single sign-on', isPlacing: false }
  const sendForSignIn: Send = (...request) => limiter.run(signInTurn, () => send(...request))
  const base = { config, stores, commit, metrics, clock, log }

  const limits = wireLimits(base)
  const webhooks = wireWebhooks({ ...base, send, limiter, publicUrl })
  const policy = createCheckPolicy(stores)
  const alerts = wireAlerts({ ...base, policy, send, limiter, publicUrl })
  const calls = wireCalls({
    ...base,
    ...limits,
    ...webhooks,
    ...alerts,
    policy,
    send,
    open,
    limiter,
    providerTimeoutMs,
    publicUrl,
  })
  const { leases, windows, journal, rateLimits, usage } = limits
  const { deliverer } = webhooks
  const { alertDeliverer } = alerts
  const { lifecycle, dispatcher, reconciler, simulator } = calls

  const watcher = new Watcher({ database, clock, log, takeOver: limits.takeOver })
  const kept = keptRows(config.keepDays, stores.oldRows, stores.deletedAgencies)
  const retention = new Retention({ kept, commit, clock, log })

  const untrustedProxies = new UntrustedProxies({ config, log })
  const warnings = () => [...configWarnings(config), ...untrustedProxies.warnings()]
  atOnce(stores.audit.follow(createLogEntry(log)))
  const denials = new Denials({ audit: stores.audit, clock, log })

  const operationDeps = {
    ...stores,
    ...limits,
    ...webhooks,
    ...alerts,
    ...calls,
    policy,
    clock,
    config,
    destinationRules: { allowPrivate: config.allowPrivateDestinations },
    commit,
    compact: () => database.compact(),
    publicUrl,
    tests: new OneAtATime(),
    warnings,
    dataDir,
    isServing: () => isServing,
    countDenial: denials.count,
  }
  const keyring = new Keyring(stores.keys)
  const countWrongKey = createCountWrongKey(clock)
  const gauges = { leases, windows, limits: config, counts: stores.counts, dueIfMadeBefore }

  return {
    ...stores,
    ...limits,
    ...webhooks,
    ...alerts,
    ...calls,
    policy,
    operations,
    untrustedProxies,
    warnings,
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
    watcher,
    /** The address of the listening socket; its port is known once the server listens. */
    listening,
    publicUrl,
    keyring,
    alarms: createReadAlarms({ ...stores, policy, warnings, clock }),
    reportLeak: createReportLeak({ ...stores, keyring }),
    recordRequest: createRecordRequest({ log, clock, requests: metrics.requests }),
    recordRefusal: createRecordRefusal({ ...config, usage, rateLimits, clock }),
    sessions: new Sessions(stores.people, stores.knownAddresses, clock, log, isSecure(config)),
    productionAccess: createProductionAccess(stores),
    flashes: new Flashes(clock, isSecure(config)),
    oidc:
      config.oidc === null ? undefined : new Oidc({ settings: config.oidc, send: sendForSignIn, clock, log }),
    passwords: new Passwords(stores.people, stores.knownAddresses, clock),
    secondFactors: new SecondFactors(stores.factors, stores.knownAddresses, clock),
    passkeys: new Passkeys(stores.factors, clock),
    enrolments: new Enrolments(clock),
    markKeyExposed: createMarkKeyExposed(stores),
    countWrongKey,
    countDenial: denials.count,
    readMetrics: createReadMetrics({ ...gauges, metrics, clock, version }),
    instance: instance ?? crypto.randomUUID(),
    checkStorage: () => database.check(),
    isStorageTrouble,
    /** Starts the background work, which also resumes the work of an earlier process. */
    start: () => {
      isServing = true
      watcher.start()
      reconciler.start()
      deliverer.start()
      alertDeliverer.start()
      retention.start()
    },
    /** Stops the background work; resolves when the requests under way have ended. */
    rest: async () => {
      reconciler.stop()
      deliverer.stop()
      alertDeliverer.stop()
      retention.stop()
      await Promise.all([dispatcher.idle(), deliverer.idle(), alertDeliverer.idle()])
    },
    /** Stops all timers. Unfinished work is on disk, and the next start resumes it. */
    halt: () => {
      watcher.stop()
      reconciler.stop()
      deliverer.stop()
      alertDeliverer.stop()
      retention.stop()
      simulator.stop()
      lifecycle.stop()
      journal.stop()
      atOnce(usage.flush())
      atOnce(denials.flush())
    },
  }
}
