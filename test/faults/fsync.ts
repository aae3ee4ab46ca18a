import { join } from 'node:path'
import { EndedEarly, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { idsIn, readDisk } from '../support/disk.ts'
import { canTrace, servingTraced, skip } from '../support/strace.ts'

/**
 * An answer follows an fsync, and a disk that fails is never taken for one that stored: every answer of a traced server is
 * looked at, and then the n-th write or fsync fails, once or from then on, for every n up to a number. Usage: bun
 * test/faults/fsync.ts [answers] [most] [step]. Prints one line; exits with 1 when a promise broke, and skips where there is
 * no strace.
 */
const [answers = 50, most = 12, step = 4] = Bun.argv.slice(2).map(Number)
const settings = {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
}
if (!canTrace()) skip('there is no strace that may trace here')

using directory = temporaryDirectory()
const trace = join(directory.path, 'trace')
const first = await startBinary(directory.path, settings)
const key = await (await provision(first.command)).newKey()
await first.stop()

/** Answers that went out while something written to the log of the database was not synced, and those that did in all. */
const readTrace = (text: string) => {
  let isSynced = true
  let sent = 0
  let early = 0
  let syncs = 0
  for (const line of text.split('\n')) {
    if (/ pwrite64\(\d+<[^>]*-wal>/.test(line)) isSynced = false
    if (/ (fsync|fdatasync)\(\d+<[^>]*-wal>/.test(line)) {
      isSynced = line.endsWith(' = 0')
      syncs++
    }
    // Another thread's call came between its beginning and its end.
    if (/ <\.\.\. (fsync|fdatasync) resumed>/.test(line)) isSynced = line.endsWith(' = 0')
    if (!/ sendto\(.*"HTTP\/1\.1 200/.test(line)) continue
    sent++
    if (!isSynced) early++
  }
  return { sent, early, syncs }
}

const acknowledged = new Set<string>()
const trigger = async (url: string) => {
  const response = await triggerAt(url, key).catch(() => undefined)
  const body = (await response?.json().catch(() => undefined)) as { call_id?: string } | undefined
  if (response?.status === 200 && body?.call_id) acknowledged.add(body.call_id)
  return response
}

const watched = await startBinary(
  directory.path,
  settings,
  servingTraced(trace, ['pwrite64', 'fsync', 'fdatasync', 'sendto']),
)
for (let answered = 0; answered < answers / 2; answered++) await trigger(watched.url)
const clients = Array.from({ length: 10 }, async () => {
  for (let answered = 0; answered < answers / 20; answered++) await trigger(watched.url)
})
await Promise.all(clients)
await watched.stop()
const seen = readTrace(await Bun.file(trace).text())

const counts = { runs: 0, unavailable: 0, bare: 0, strange: 0, notStarted: 0, crashed: 0, dead: 0 }

/** What a start that fails has to say is of no use here. */
const quietly = (command: string[]) => ['sh', '-c', 'exec "$@" 2>/dev/null', 'sh', ...command]

/** Six calls on a disk whose n-th write or sync fails; where it did so once, the server has to get over it. */
const suffer = async (call: string, failing: string, isOnce: boolean) => {
  counts.runs++
  const serve = quietly(servingTraced('/dev/null', [call], [`${call}:${failing}`]))
  const server = await startBinary(directory.path, settings, serve).catch((error: unknown) => {
    if (!(error instanceof EndedEarly)) throw error
    // A start that fails says why and ends; it does not fall over.
    if (error.exitCode === 1) counts.notStarted++
    else counts.crashed++
  })
  if (!server) return
  let last: Response | undefined
  // Where the sixth is the one that fails, a seventh shows it.
  for (let number = 0; number < 6 || (number < 8 && last?.status === 503); number++) {
    last = await trigger(server.url)
    if (last?.status === 503) {
      counts.unavailable++
      if (!/^[1-9]\d*$/.test(last.headers.get('retry-after') ?? '')) counts.bare++
    } else if (last?.status !== 200) counts.strange++
  }
  if (isOnce && last?.status !== 200) counts.dead++
  if ((await server.kill()) !== 137) counts.crashed++
}

/** Writes come by the dozen and syncs one a commit, so that the former are failed at every third. */
const kinds = [
  { call: 'fsync', stride: 1 },
  { call: 'pwrite64', stride: 3 },
]
let lost = 0
let damaged = 0
for (const { call, stride } of kinds)
  for (const error of ['EIO', 'ENOSPC'])
    for (const tail of ['', '+'])
      for (let at = 1; at <= most; at += step) {
        const failing = `error=${error}:when=${at * stride}${tail}`
        const before = { ...counts }
        await suffer(call, failing, tail === '')
        const broke = counts.bare + counts.strange + counts.crashed + counts.dead
        const { missing, isWhole } = readDisk(directory.database, (database, whole) => ({
          missing: acknowledged.difference(idsIn(database, 'calls')).size,
          isWhole: whole,
        }))
        lost = Math.max(lost, missing)
        if (!isWhole) damaged++
        if (missing > 0 || !isWhole || broke > before.bare + before.strange + before.crashed + before.dead)
          process.stderr.write(`${call} ${failing}: ${missing} lost, ${JSON.stringify(counts)}\n`)
      }

process.stdout.write(
  `${seen.sent} answers under strace: ${seen.syncs} syncs, ${seen.early} answers before theirs; EIO and ENOSPC at ${counts.runs} places: ` +
    `${counts.unavailable} x 503, ${counts.bare} of them without Retry-After, ${counts.strange} answered otherwise, ` +
    `${lost} acknowledged calls lost, ${damaged} times damaged, ${counts.dead} servers that did not get over it, ` +
    `${counts.crashed} crashes, ${counts.notStarted} starts refused\n`,
)
const broken = counts.bare + counts.strange + counts.dead + counts.crashed + seen.early + lost + damaged
process.exit(broken === 0 && seen.sent >= answers && counts.unavailable > 0 ? 0 : 1)
