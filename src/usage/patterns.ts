import { type ClientUse, others } from './client-usage.ts'
import { requestsOf, type Slot } from './series.ts'

interface KnownKey {
  id: string
  last4: string
  createdAt: number
}

interface Habits {
  now: number
  liveKey: KnownKey | undefined
  /** The known clients of the live key. */
  uses: ClientUse[]
  /** The last 60 minutes, including the current one. */
  minutes: Slot[]
  /** The last hours, including the current one: at least seven days of them. */
  hours: Slot[]
  /** Requests with a replaced key in these minutes. */
  rotatedKeyRefusals: number
}

/** An unusual pattern that a person should check. */
export type Pattern =
  | { kind: 'new_address'; address: string; client: string; last4: string; firstSeenAt: number }
  | { kind: 'rotated_key_burst'; requests: number }
  | { kind: 'unusual_rate'; requests: number; usual: number }

const dayMs = 86_400_000
const newForMs = dayMs
/** On a younger key, every address would count as new. */
const settledAfterMs = 7 * dayMs
const burstLeast = 20
const rateFactor = 10
const rateLeast = 100
const usualHours = 7 * 24
/** With less history than this, there is no usual rate. */
const pastHoursLeast = 24

/** The unusual patterns in an environment's use; usually none. */
export const patternsOf = (habits: Habits): Pattern[] => [
  ...rotatedKeyBurst(habits),
  ...unusualRate(habits),
  ...newAddresses(habits),
]

/** Compared by address only: a new version of a program is no new client. */
function* newAddresses({ now, liveKey, uses }: Habits): Generator<Pattern> {
  if (!liveKey || now - liveKey.createdAt <= settledAfterMs) return
  const first = new Map<string, ClientUse>()
  for (const use of uses) {
    const earlier = first.get(use.address)
    if (!earlier || use.firstSeenAt < earlier.firstSeenAt) first.set(use.address, use)
  }
  for (const { address, client, firstSeenAt } of first.values())
    if (now - firstSeenAt < newForMs && address !== others.address)
      yield { kind: 'new_address', address, client, last4: liveKey.last4, firstSeenAt }
}

function* rotatedKeyBurst({ rotatedKeyRefusals }: Habits): Generator<Pattern> {
  if (rotatedKeyRefusals >= burstLeast) yield { kind: 'rotated_key_burst', requests: rotatedKeyRefusals }
}

/**
 * The usual rate is the mean of the whole hours before these 60 minutes, from the first request on, over at most seven
 * days.
 */
function* unusualRate({ minutes, hours }: Habits): Generator<Pattern> {
  const requests = sum(minutes)
  const before = hours.slice(0, -2).slice(-usualHours)
  const past = before.slice(before.findIndex((hour) => requestsOf(hour) > 0))
  const usual = sum(past) / past.length
  if (usual === 0 || past.length < pastHoursLeast) return
  if (requests >= rateLeast && requests >= rateFactor * usual) yield { kind: 'unusual_rate', requests, usual }
}

const sum = (slots: Slot[]) => slots.reduce((total, slot) => total + requestsOf(slot), 0)
