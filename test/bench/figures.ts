import type { Ground } from './ground.ts'
import { keysInTurn, withKeys } from './case.ts'
import { runLoad } from './load.ts'
import type { Options } from './options.ts'
import type { Pinned } from './pinned.ts'
import { median } from './table.ts'

/** A figure that is no load: what it is, its unit, and the aim of design §9 where there is one. */
export interface Figure {
  name: 'start' | 'memory'
  says: string
  value: number | null
  unit: string
  aim: string
  problem?: string
}

const startsEach = 5
/** JavaScript gives memory back late: until it has not shrunk for so long, or at most. */
const settleMs = 6000
const settleMostMs = 40_000
const many = 100_000

/** Start-up and memory. One that fails says so in its place. */
export const takeFigures = async (ground: Ground, names: Set<string>, { isQuick }: Options) => {
  const takes = [
    ...(names.has('start') ? [startNew, startEmpty, ...(isQuick ? [] : [startMany])] : []),
    ...(names.has('memory') ? [isQuick ? memoryIdle : memory] : []),
  ]
  const figures: Figure[] = []
  for (const take of takes) figures.push(...(await take(ground)))
  return figures
}

const start = (says: string, aim: string, value: number): Figure => ({
  name: 'start',
  says,
  value,
  unit: 'ms',
  aim,
})

const startNew = async (ground: Ground) => {
  const times: number[] = []
  for (let time = 0; time < startsEach; time++) {
    using room = ground.room()
    await using server = await ground.serveGate(room.path)
    times.push(server.startMs)
  }
  return [start('start to first answer, first start ever', '', median(times))]
}

const startOn = async (ground: Ground, agencies: number) => {
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

const startEmpty = async (ground: Ground) => [
  start('start to first answer, no agencies', '≤ 60', await startOn(ground, 0)),
]

const startMany = async (ground: Ground) => [
  start('start to first answer, 100,000 agencies', '≤ 600', await startOn(ground, many)),
]

const resident = (says: string, value: number, unit: string, aim = ''): Figure => ({
  name: 'memory',
  says,
  value,
  unit,
  aim,
})

const idleBytes = async (ground: Ground, agencies: number) => {
  using room = ground.room()
  await using server = await ground.startGate(room.path, { agencies })
  return settled(server)
}

const idle = (bytes: number) => resident('resident when idle, no agencies', bytes / 2 ** 20, 'MB', '≤ 80')

const memoryIdle = async (ground: Ground) => [idle(await idleBytes(ground, 0))]

const memory = async (ground: Ground) => {
  const [none, some, most] = [
    await idleBytes(ground, 0),
    await idleBytes(ground, keysInTurn),
    await idleBytes(ground, many),
  ]
  return [
    idle(none),
    resident('resident a key, of 20,000', (some - none) / keysInTurn, 'bytes', '≤ 400'),
    resident('resident a key, of 100,000', (most - none) / many, 'bytes', '≤ 400'),
    await memoryOfWindows(ground),
  ]
}

/** The same load twice: with one key, that the server is as warm, and with all, whose windows it then holds. */
const memoryOfWindows = async (ground: Ground) => {
  using room = ground.room()
  await using server = await ground.startGate(room.path, { agencies: keysInTurn })
  const load = (headers: string) => ({ method: 'GET', path: '/api/v1/key', headers }) as const
  const one = ground.headers('first-key', () => [
    { Authorization: `Bearer ${ground.seeded(keysInTurn).tokens[0]}` },
  ])
  await runLoad(server.url, load(one), 32, 10, ground.loadCore)
  const before = await settled(server)
  await runLoad(server.url, load(withKeys(ground, keysInTurn)), 32, 10, ground.loadCore)
  const after = await settled(server)
  const says = 'resident an active window, with the counts kept for its key'
  return resident(says, (after - before) / keysInTurn, 'bytes')
}

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
