import type { Call } from '../calls/call.ts'
import type { Notice } from '../alerts/notice.ts'
import type { CheckPolicy } from '../calls/check-policy.ts'
import { Dispatcher } from '../calls/dispatch.ts'
import { createEnd } from '../calls/end.ts'
import { Idempotency } from '../calls/idempotency.ts'
import { Lifecycle } from '../calls/lifecycle.ts'
import { createTakeEvents } from '../calls/provider-events.ts'
import { createListOptOut } from '../do-not-call/opt-out.ts'
import { createFetchRecording } from '../calls/recording.ts'
import { Reconciler } from '../calls/reconcile.ts'
import { createAuditStillRunning } from '../calls/still-running.ts'
import { createEndCalls, createRelease } from '../calls/release.ts'
import { createTrigger } from '../calls/trigger.ts'
import type { Clock } from '../clock.ts'
import type { Commit } from '../commit.ts'
import type { Config } from '../config.ts'
import type { Leases } from '../limits/leases.ts'
import type { OutgoingLimiter } from '../outgoing/limiter.ts'
import { createAskPredial, predialTimeoutMs } from '../predial/ask.ts'
import type { Open } from '../outgoing/open.ts'
import type { Send } from '../outgoing/send.ts'
import { Dialling } from '../providers/dialling.ts'
import { capabilitiesOf, optionsOver, recordingsOf } from '../providers/kinds.ts'
import { Simulator } from '../providers/simulator.ts'
import type { Stores } from '../storage/stores.ts'
import type { Log } from '../telemetry/log.ts'
import type { Metrics } from '../telemetry/metrics.ts'
import type { Usage } from '../usage/usage.ts'
import type { Work } from '../work.ts'

interface CallDeps {
  config: Config
  stores: Pick<
    Stores,
    | 'accounts'
    | 'agents'
    | 'audit'
    | 'calls'
    | 'doNotCall'
    | 'environments'
    | 'idempotency'
    | 'predialHooks'
    | 'spending'
  >
  leases: Leases
  usage: Pick<Usage, 'callTriggered' | 'callEnded'>
  policy: CheckPolicy
  notice: Notice
  enqueueEvents(before: Call, after: Call): Work<void>
  send: Send
  limiter: OutgoingLimiter
  /** Opens a recording at its provider. */
  open: Open
  /** The longest wait for a provider's response. */
  providerTimeoutMs: number
  publicUrl(): string
  commit: Commit
  metrics: Metrics
  clock: Clock
  log: Log
}

/** The life of a call: trigger, dispatch to its provider, reconciliation, end. */
export const wireCalls = (deps: CallDeps) => {
  const { config, stores, leases, usage, policy, notice, enqueueEvents, publicUrl, commit, metrics } = deps
  const { clock, log } = deps
  const { accounts, agents, calls, spending } = stores
  const capabilities = (call: Call) => capabilitiesOf(call.provider)
  const lifecycle = new Lifecycle({
    calls,
    leases,
    capabilities,
    commit,
    clock,
    enqueueEvents,
    addSpending: spending.add,
    optedOut: createListOptOut(stores),
    spent: notice.spent,
    ended: (call) => {
      metrics.callEnded(call)
      usage.callEnded(call)
    },
  })
  const simulator = new Simulator(clock, (callId, event) => void lifecycle.record(callId, event))
  const dialling = new Dialling({
    simulator,
    accounts,
    isOver: (callId) => lifecycle.isOver(callId),
    limiter: deps.limiter,
    providerDeps: { clock, timeoutMs: deps.providerTimeoutMs, send: deps.send },
    publicUrl,
    measure: (...request) => metrics.provider(...request),
  })
  const provider = (call: Call) => dialling.providerOf(call)
  const askPredial = createAskPredial({
    hooks: stores.predialHooks,
    environments: stores.environments,
    send: deps.send,
    limiter: deps.limiter,
    clock,
    timeoutMs: Math.min(predialTimeoutMs, deps.providerTimeoutMs),
  })
  const dispatcher = new Dispatcher({
    lifecycle,
    provider,
    refusal: policy.atDispatch,
    askPredial,
    clock,
    log,
  })
  const callDeps = { lifecycle, dispatcher, provider, clock }
  const reconciler = new Reconciler({
    ...callDeps,
    calls,
    capabilities,
    auditStillRunning: createAuditStillRunning(stores),
    stillRunning: ({ provider: name }) => metrics.callStillRunning(name),
    log,
  })
  const trigger = createTrigger({
    ...config,
    agents,
    accounts,
    calls,
    idempotency: new Idempotency(stores.idempotency),
    policy,
    spending,
    notice,
    leases,
    commit,
    clock,
    optionsOver,
    dispatch: (call) => {
      metrics.callTriggered(call.provider)
      usage.callTriggered(call)
      dispatcher.dispatch(call)
    },
  })
  const takeEvents = createTakeEvents({ calls, lifecycle, capabilities, clock, log })
  const fetchRecording = createFetchRecording({
    provider,
    recordingsOf,
    open: deps.open,
    limiter: deps.limiter,
    log,
  })
  const endCall = createEnd(callDeps)
  const releaseDeps = { lifecycle, calls, clock, hangUp: (call: Call) => reconciler.hangUp(call) }
  const releaseCall = createRelease(releaseDeps)
  const endCalls = createEndCalls(releaseDeps)
  return {
    askPredial,
    lifecycle,
    simulator,
    dialling,
    dispatcher,
    reconciler,
    trigger,
    takeEvents,
    fetchRecording,
    endCall,
    releaseCall,
    endCalls,
  }
}
