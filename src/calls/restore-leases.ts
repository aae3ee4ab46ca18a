import type { Leases } from '../limits/leases.ts'
import { type Call, holdsSlot, leaseOf } from './call.ts'
import type { Work } from '../work.ts'

interface RestoreDeps {
  calls: {
    /** The calls that are not over, and those that are still running at their provider. */
    holdingSlots(): Work<Call[]>
    find(id: string): Work<Call | undefined>
  }
  leases: Leases
  clock: { now(): number }
}

/** Makes the leases match the calls on disk. A lease without a row belongs to a trigger in progress, and stays. */
export const restoreLeases = function* ({ calls, leases, clock }: RestoreDeps) {
  const active = new Map((yield* calls.holdingSlots()).map((call) => [call.id, call]))
  for (const call of active.values()) leases.restore(leaseOf(call))
  for (const callId of leases.calls()) {
    const call = active.get(callId) ?? (yield* calls.find(callId))
    if (call && !holdsSlot(call)) leases.release(callId, clock.now())
  }
}
