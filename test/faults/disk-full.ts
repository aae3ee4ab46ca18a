import { closeSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { askAt, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { idsIn, readDisk } from '../support/disk.ts'
import { skip } from '../support/strace.ts'

/**
 * A disk of 4 MB, the data directory, is filled up and emptied again: what cannot be stored is refused with 503, what is
 * there can be read, and with space the server recovers by itself. Usage: bun test/faults/disk-full.ts [times]. Prints one
 * line; exits with 1 when a promise broke, and skips where nothing may be mounted.
 */
const [times = 2] = Bun.argv.slice(2).map(Number)
/** How often the full disk is written to, and for how long an empty one may still be refused. */
const refusalsWanted = 10
const patienceMs = 15_000

using mountPoint = temporaryDirectory()
const isMounted =
  Bun.which('mount') !== null &&
  Bun.spawnSync(['mount', '-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', mountPoint.path]).success
if (!isMounted) skip('no tmpfs may be mounted here')
process.on('exit', () => void Bun.spawnSync(['umount', '-l', mountPoint.path]))

const server = await startBinary(mountPoint.path, {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
})
process.on('exit', () => server.signal('SIGKILL'))
const key = await (await provision(server.command)).newKey()

const acknowledged = new Set<string>()
const counts = { unavailable: 0, bare: 0, strange: 0, reads: 0, readsRefused: 0, recovered: 0 }

const trigger = async () => {
  const response = await triggerAt(server.url, key)
  const { call_id } = (await response.json()) as { call_id?: string }
  if (response.status === 200 && call_id) acknowledged.add(call_id)
  else if (response.status !== 503) counts.strange++
  else {
    counts.unavailable++
    if (!/^[1-9]\d*$/.test(response.headers.get('retry-after') ?? '')) counts.bare++
  }
  return response
}

const read = async () => {
  for (const path of ['/api/v1/key', '/api/v1/calls', `/api/v1/calls/${[...acknowledged].at(-1)}`]) {
    counts.reads++
    if ((await askAt(server.url, key, path)).status !== 200) counts.readsRefused++
  }
}

const ballast = join(mountPoint.path, 'ballast')
const fill = () => {
  const file = openSync(ballast, 'w')
  try {
    for (;;) writeSync(file, new Uint8Array(4096))
  } catch {
    // Full.
  } finally {
    closeSync(file)
  }
}

/** Asks again as the answer says, until a call is taken. */
const hasRecovered = async () => {
  const until = performance.now() + patienceMs
  while (performance.now() < until) {
    const response = await trigger()
    if (response.status === 200) return true
    await Bun.sleep(Number(response.headers.get('retry-after')) * 1000)
  }
  return false
}

for (let time = 0; time < times; time++) {
  await trigger()
  fill()
  const before = counts.unavailable
  while (counts.unavailable < before + refusalsWanted && counts.strange === 0) await trigger()
  await read()
  rmSync(ballast)
  if (await hasRecovered()) counts.recovered++
}

/** Slots of calls that are still under way, once all have had the time to end. */
const slotsLeft = async () => {
  const until = performance.now() + patienceMs
  for (;;) {
    const status = (await (await askAt(server.url, key)).json()) as {
      data: { limits: { concurrent_calls: { active: number } } }
    }
    const { active } = status.data.limits.concurrent_calls
    if (active === 0 || performance.now() > until) return active
    await Bun.sleep(200)
  }
}
const left = await slotsLeft()
const isClean = (await server.stop()) === 0
const { lost, isWhole } = readDisk(mountPoint.database, (database, whole) => ({
  lost: acknowledged.difference(idsIn(database, 'calls')).size,
  isWhole: whole,
}))

process.stdout.write(
  `${times} x full: ${counts.unavailable} x 503, ${counts.bare} of them without Retry-After, ${counts.strange} answered otherwise, ` +
    `${counts.readsRefused} of ${counts.reads} reads refused, ${counts.recovered} recoveries; of ${acknowledged.size} acknowledged calls ` +
    `${lost} lost, ${left} slots left behind, ${isWhole ? 'nothing' : 'the database'} damaged, ${isClean ? 'clean' : 'unclean'} end\n`,
)
const broken = counts.bare + counts.strange + counts.readsRefused + lost + left
process.exit(broken === 0 && counts.recovered === times && isWhole && isClean ? 0 : 1)
