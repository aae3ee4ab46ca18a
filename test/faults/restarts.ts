import { provision, startBinary, askAt, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { readDisk } from '../support/disk.ts'
import { createRandom } from '../support/random.ts'

/**
 * No restart opens a window: eight writers trigger calls and ask what places none, while the server is killed or stopped again
 * and again, until a whole life of it lets nothing through. The window is longer than that takes, so that it has to hold no more
 * calls than its limit, and has to fill.
 * Usage: bun test/faults/restarts.ts [windows] [seed]. Prints one line; exits with 1 when a promise broke.
 */
const [windows = 1, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random } = createRandom(seed)
const writers = 8
const limit = 100
const livesMost = 60
const settings = {
  CALLGATE_REQUESTS_PER_MINUTE: String(limit),
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_WINDOW_SECONDS: '3600',
  CALLGATE_LOG_LEVEL: 'error',
}

using directory = temporaryDirectory()
let server = await startBinary(directory.path, settings)
process.on('exit', () => void server.kill())

let kills = 0
let stops = 0
const unexpected: unknown[] = []

/** One life of the server under load, to its sudden or its clean end: how many requests passed, by what they were. */
const live = async (key: string) => {
  const passed = { calls: 0, asks: 0 }
  let isEnding = false
  const write = async () => {
    while (!isEnding) {
      const isCall = random() < 0.7
      const { status } = await (isCall ? triggerAt(server.url, key) : askAt(server.url, key))
      if (status === 200) passed[isCall ? 'calls' : 'asks']++
      else if (status !== 429) unexpected.push(`a request answered ${status}`)
      await Bun.sleep(random() * 60)
    }
  }
  const writing = Array.from({ length: writers }, () =>
    write().catch((error: unknown) => isEnding || unexpected.push(error)),
  )
  await Bun.sleep(20 + random() * 150)
  isEnding = true
  if (random() < 0.8) {
    kills++
    await server.kill()
  } else {
    stops++
    await server.stop()
  }
  await Promise.all(writing)
  server = await startBinary(directory.path, settings)
  return passed
}

const callsOf = (agency: string) =>
  readDisk(directory.database, (database) =>
    Number(database.query('select count(*) from calls where agency_id = ?').values(agency).flat()[0]),
  )

let most = 0
let fewest = limit
let endless = 0
for (let window = 0; window < windows; window++) {
  const { agency, newKey } = await provision(server.command)
  const key = await newKey()
  let acknowledged = 0
  let lives = 0
  for (; lives < livesMost; lives++) {
    const { calls, asks } = await live(key)
    acknowledged += calls
    if (calls + asks === 0) break
  }
  if (lives === livesMost) endless++
  const calls = callsOf(agency)
  if (acknowledged > calls) unexpected.push(`${acknowledged} calls acknowledged, ${calls} on disk`)
  most = Math.max(most, calls)
  fewest = Math.min(fewest, calls)
}
await server.stop()

for (const error of unexpected) process.stderr.write(`${String(error)}\n`)
process.stdout.write(
  `${kills} x kill -9 and ${stops} stops under ${writers} writers in ${windows} windows of ${limit}: ${fewest} to ${most} calls in one, ` +
    `${endless} windows without an end, ${unexpected.length} surprises (seed ${seed})\n`,
)
process.exit(most <= limit && fewest > 0 && endless + unexpected.length === 0 && kills > 0 ? 0 : 1)
