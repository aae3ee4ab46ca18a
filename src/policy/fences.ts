import type { ApiError } from '../failures.ts'
import { budget } from './budget.ts'
import { callingHours } from './calling-hours.ts'
import { consent } from './consent.ts'
import { country, numberKind, stagingNumber } from './destination.ts'
import { destinationCap } from './destination-cap.ts'
import { doNotCall } from './do-not-call.ts'
import type { Asked, Fence } from './fence.ts'
import type { Work } from '../work.ts'

/** Whether a call may be placed to its number at its time. */
const lasting = { country, numberKind, stagingNumber, doNotCall, consent, callingHours }
/** How many calls there may be: a call that is placed has been counted by them already. */
const counted = { destinationCap, budget }

/** All fences, in the order in which they are asked. */
export const fences: Readonly<Record<string, Fence>> = { ...lasting, ...counted }

const first = function* (list: Readonly<Record<string, Fence>>, asked: Asked): Work<ApiError | undefined> {
  for (const fence of Object.values(list)) {
    const refusal = yield* fence(asked)
    if (refusal) return refusal
  }
  return undefined
}

/** The error for an order that the policy refuses. */
export const refusalOf = (asked: Asked) => first(fences, asked)

/** The same for a call that has been placed and is about to go out. */
export const refusalAtDispatch = (asked: Asked) => first(lasting, asked)
