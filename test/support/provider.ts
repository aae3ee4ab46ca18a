import type { Call } from '../../src/calls/call.ts'
import { Dispatcher } from '../../src/calls/dispatch.ts'
import { Reconciler } from '../../src/calls/reconcile.ts'
import { capabilitiesOf } from '../../src/providers/kinds.ts'
import { createAuditStillRunning } from '../../src/calls/still-running.ts'
import type { Provider } from '../../src/calls/provider.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import type { Gate } from './gate.ts'

/** A promise that is never kept: the other side does not answer. */
export const silence = () => new Promise<never>(() => {})

/** A provider that places, knows and ends every call, apart from what the script says. It remembers its orders. */
export const scriptedProvider = (script: Partial<Provider> = {}) => {
  const orders: string[] = []
  const provider: Provider = {
    fetchStatus: async ({ id }) => ({ outcome: 'found', providerCallId: `theirs-${id}`, events: [] }),
    recording: async () => ({ outcome: 'none' }),
    check: async () => undefined,
    verifyEvents: () => ({ kind: 'invalid_signature' }),
    end: async () => {},
    ...script,
    place: async (order) => {
      orders.push(order.id)
      return script.place?.(order) ?? { outcome: 'placed', providerCallId: `theirs-${order.id}` }
    },
  }
  return { provider, orders }
}

/** Dispatcher and reconciler of a gate, with another provider in the simulator's place. */
export const callingThrough = ({ services, clock }: Gate, provider: Provider, log = silentLog) => {
  const { lifecycle, calls } = services
  const deps = {
    lifecycle,
    *provider() {
      return provider
    },
    *refusal() {
      return undefined
    },
    askPredial: async () => undefined,
    clock,
    log,
  }
  const dispatcher = new Dispatcher(deps)
  const auditStillRunning = createAuditStillRunning(services)
  const capabilities = (call: Call) => capabilitiesOf(call.provider)
  return {
    dispatcher,
    reconciler: new Reconciler({ ...deps, dispatcher, calls, capabilities, auditStillRunning }),
  }
}
