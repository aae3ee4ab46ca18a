import type { Ground } from './ground.ts'
import type { Load } from './load.ts'
import type { Pinned } from './pinned.ts'

/** A row: a server, and what is asked of it. */
export interface Case {
  name: string
  says: string
  load(ground: Ground): Load
  /** Starts the server in an empty directory of its own. */
  start(ground: Ground, room: string): Promise<Pinned>
  /** The status of its answers once it is warm. */
  expects: 200 | 401 | 429
  /** The case that a constant answer is asked for in the same way. */
  floor?: 'floor' | 'floor-row' | 'floor-life'
  connections: readonly number[]
  /** The least that is wanted of its floor, by processor time. */
  aim?: number
  /** Every key has had its only grant before the load begins. */
  isSpent?: boolean
  isQuick: boolean
  /** Why it cannot be measured here. */
  missing?(): string | undefined
}

export const keysInTurn = 20_000

export const usualConnections = [32, 256] as const

/** The requests of so many keys in turn. */
export const withKeys = (ground: Ground, agencies: number) =>
  ground.headers(`keys-${agencies}`, () =>
    ground
      .seeded(agencies)
      .tokens.slice(0, keysInTurn)
      .map((token) => ({ Authorization: `Bearer ${token}` })),
  )
