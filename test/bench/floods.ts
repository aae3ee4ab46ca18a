import { mintToken } from '../../src/keys/token.ts'
import { keysInTurn, withKeys } from './case.ts'
import type { Ground } from './ground.ts'
import { type Load, runLoad } from './load.ts'
import { median } from './table.ts'

/** What 32 connections send without a pause, while one asks with right keys. */
export interface Flood {
  says: string
  settings: Record<string, string>
  load(ground: Ground): Load
}

const connections = 32
const seconds = 3
const warmUpSeconds = 2
/** Alternately, so that other work on the machine meets both alike. */
const rounds = 3
const unlimited = { CALLGATE_REQUESTS_PER_MINUTE: '1000000' }
/** Few enough to be used up at once, and enough for the right keys, which are asked with in turn. */
const limited = { CALLGATE_REQUESTS_PER_MINUTE: '600' }
const limitedKeys = 10
const tooLargeBytes = 40 * 1024

const path = '/api/v1/key'

const rightKeys: Flood = {
  says: 'right keys',
  settings: unlimited,
  load: (ground) => ({ method: 'GET', path, headers: withKeys(ground, keysInTurn) }),
}

export const floods: Flood[] = [
  {
    says: 'unknown keys from one address',
    settings: unlimited,
    load: (ground) => ({
      method: 'GET',
      path,
      headers: ground.headers('unknown-keys', () =>
        Array.from({ length: 1000 }, () => ({ Authorization: `Bearer ${mintToken()}` })),
      ),
    }),
  },
  {
    says: 'keys over their limit',
    settings: limited,
    load: (ground) => ({
      method: 'GET',
      path,
      headers: ground.headers('limited-keys', () => bearers(ground, 0, limitedKeys)),
    }),
  },
  {
    says: 'bodies that are too large',
    settings: unlimited,
    load: (ground) => ({
      method: 'POST',
      path: '/api/v1/calls/trigger',
      headers: ground.headers('limited-keys', () => bearers(ground, 0, limitedKeys)),
      body: JSON.stringify({ name: 'x'.repeat(tooLargeBytes) }),
    }),
  },
]

/** How many times as long as beside as many right keys the 99th percentile of a right key lasts beside the flood. */
export const besideFlood = (flood: Flood) => async (ground: Ground) => {
  const ratios: number[] = []
  for (let round = 0; round < rounds; round++) {
    const calm = await p99Beside(ground, rightKeys)
    ratios.push((await p99Beside(ground, flood)) / calm)
  }
  return median(ratios)
}

const p99Beside = async (ground: Ground, { settings, load }: Flood) => {
  using room = ground.room()
  await using server = await ground.startGate(room.path, { agencies: keysInTurn, settings })
  const right: Load = {
    method: 'GET',
    path,
    headers: ground.headers('other-keys', () => bearers(ground, limitedKeys, keysInTurn)),
  }
  const send = (what: Load, over: number, during: number) =>
    runLoad(server.url, what, over, during, ground.loadCore)
  await send(load(ground), connections, warmUpSeconds)
  const [seen] = await Promise.all([send(right, 1, seconds), send(load(ground), connections, seconds)])
  if (seen.refused > 0) throw new Error(`${seen.refused} of ${seen.requests} right keys were refused`)
  return seen.p99Us
}

const bearers = (ground: Ground, from: number, to: number) =>
  ground
    .seeded(keysInTurn)
    .tokens.slice(from, to)
    .map((token) => ({ Authorization: `Bearer ${token}` }))
