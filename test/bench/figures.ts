import { besideFlood, floods } from './floods.ts'
import type { Ground } from './ground.ts'
import { keysInTurn, withKeys } from './case.ts'
import { runLoad } from './load.ts'
import type { Options } from './options.ts'
import type { Pinned } from './pinned.ts'
import { median } from './table.ts'

/** A figure that is no load: what it is, its unit, and the aim where there is one. */
export interface Figure {
  name: 'start' | 'memory' | 'floods'
  says: string
  value: number | null
  unit: string
  aim: string
  problem?: string
}

interface Plan extends Omit<Figure, 'value' | 'problem'> {
  isQuick: boolean
  take(ground: Ground): Promise<number>
}

const startsEach = 5
/** JavaScript gives memory back late: until it has not shrunk for so long, or at most. */
const settleMs = 6000
const settleMostMs = 40_000
const many = 100_000

/** Start-up and memory. What could not be measured keeps its place, and says why. */
export const takeFigures = async (ground: Ground, names: Set<string>, { isQuick }: Options) => {
  const wanted = plans.filter((plan) => names.has(plan.name) && (plan.isQuick || !isQuick))
  const figures: Figure[] = []
  for (const { take, isQuick: _, ...plan } of wanted) {
    try {
      figures.push({ ...plan, value: await take(ground) })
    } catch (error) {
      figures.push({ ...plan, value: null, problem: error instanceof Error ? error.message : String(error) })
    }
  }
  return figures
}

/** Each start finds nothing at all. */
const startNew = async (ground: Ground) => {
  const times: number[] = []
  for (let time = 0; time < startsEach; time++) {
    using room = ground.room()
    await using server = await ground.serveGate(room.path)
    times.push(server.startMs)
  }
  return median(times)
}

/** Each start but the first finds what the one before it left. */
const startOn = (agencies: number) => async (ground: Ground) => {
  using room = ground.room()
  const times: number[] = []
  for (let time = 0; time < startsEach; time++) {
    await using server = await (time === 0
      ? ground.startGate(room.path, { agencies })
      : ground.serveGate(room.path))
    times.push(server.startMs)
  }
  return median(times)
}

const idleBytes = async (ground: Ground, agencies: number) => {
  using room = ground.room()
  await using server = await ground.startGate(room.path, { agencies })
  return await settled(server)
}

const bytesPerKey = (agencies: number) => async (ground: Ground) =>
  ((await idleBytes(ground, agencies)) - (await idleBytes(ground, 0))) / agencies

/** The same load twice: with one key, that the server is as warm, and with all, whose windows it then holds. */
const bytesPerWindow = async (ground: Ground) => {
  using room = ground.room()
  await using server = await ground.startGate(room.path, { agencies: keysInTurn })
  const load = (headers: string) => ({ method: 'GET', path: '/api/v1/key', headers }) as const
  const one = ground.headers('first-key', () => [
    { Authorization: `Bearer ${ground.seeded(keysInTurn).tokens[0]}` },
  ])
  await runLoad(server.url, load(one), 32, 10, ground.loadCore)
  const before = await settled(server)
  await runLoad(server.url, load(withKeys(ground, keysInTurn)), 32, 10, ground.loadCore)
  return ((await settled(server)) - before) / keysInTurn
}

const plans: Plan[] = [
  {
    name: 'start',
    says: 'start to first answer, first start ever',
    unit: 'ms',
    aim: '',
    isQuick: true,
    take: startNew,
  },
  {
    name: 'start',
    says: 'start to first answer, no agencies',
    unit: 'ms',
    aim: '≤ 60',
    isQuick: true,
    take: startOn(0),
  },
  {
    name: 'start',
    says: 'start to first answer, 100,000 agencies',
    unit: 'ms',
    aim: '≤ 600',
    isQuick: false,
    take: startOn(many),
  },
  {
    name: 'memory',
    says: 'resident when idle, no agencies',
    unit: 'MB',
    aim: '≤ 80',
    isQuick: true,
    take: async (ground) => (await idleBytes(ground, 0)) / 2 ** 20,
  },
  {
    name: 'memory',
    says: 'resident a key, of 20,000',
    unit: 'bytes',
    aim: '≤ 400',
    isQuick: false,
    take: bytesPerKey(keysInTurn),
  },
  {
    name: 'memory',
    says: 'resident a key, of 100,000',
    unit: 'bytes',
    aim: '≤ 400',
    isQuick: false,
    take: bytesPerKey(many),
  },
  {
    name: 'memory',
    says: 'resident an active window, with the counts kept for its key',
    unit: 'bytes',
    aim: '',
    isQuick: false,
    take: bytesPerWindow,
  },
  ...floods.map((flood): Plan => ({
    name: 'floods',
    says: `p99 of a right key beside a flood of ${flood.says}, of p99 beside as many right keys`,
    unit: 'times',
    aim: '≤ 2',
    isQuick: false,
    take: besideFlood(flood),
  })),
]

const settled = async (server: Pinned) => {
  let least = server.residentBytes()
  let leastAt = performance.now()
  const endAt = leastAt + settleMostMs
  while (performance.now() < Math.min(endAt, leastAt + settleMs)) {
    await Bun.sleep(250)
    const now = server.residentBytes()
    if (now >= least) continue
    least = now
    leastAt = performance.now()
  }
  return server.residentBytes()
}
