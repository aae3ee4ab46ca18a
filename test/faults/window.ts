import fc from 'fast-check'
import { askAt, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createRandom } from '../support/random.ts'
import { agreesWithOracle } from '../support/window-oracle.ts'

/**
 * Exactly a hundred in any window: as a list of all grants says, in so many random histories; and at the executable with
 * real windows of two seconds and fifty connections, one round after the other, each begun when Retry-After was waited for
 * to the letter. Usage: bun test/faults/window.ts [windows] [runs] [seed]. Prints one line; exits with 1 when a promise broke.
 */
const [wanted = 2, runs = 1000, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random } = createRandom(seed)
const connections = 50
const limit = 100
const spanMs = 2000

const checked = fc.check(agreesWithOracle, { numRuns: runs, seed })
if (checked.failed) process.stderr.write(`${fc.defaultReportMessage(checked)}\n`)

using directory = temporaryDirectory()
const server = await startBinary(directory.path, {
  CALLGATE_WINDOW_SECONDS: '2',
  CALLGATE_LOG_LEVEL: 'error',
})
const key = await (await provision(server.command)).newKey()

interface Asked {
  /** It was decided some time between these two, of one monotonic clock. */
  sentAt: number
  answeredAt: number
  status: number
  retryAfterMs: number
}
const asked: Asked[] = []
const ask = async () => {
  const sentAt = performance.now()
  const response = await askAt(server.url, key)
  await response.arrayBuffer()
  const answeredAt = performance.now()
  const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1000
  const one = { sentAt, answeredAt, status: response.status, retryAfterMs }
  asked.push(one)
  return one
}

const untilRefused = async () => {
  for (;;) {
    const one = await ask()
    if (one.status !== 200) return one
  }
}

/** Waits for so long since then, or not at all where that is over. */
const sleepUntil = (at: number) => Bun.sleep(Math.max(0, Math.ceil(at - performance.now())))

const granted = () => asked.filter(({ status }) => status === 200)
let exact = 0
let judged = 0
let waitedInVain = 0
for (let round = 0; judged < wanted && round < wanted * 5; round++) {
  const before = granted()
  const isEmpty = before.every(({ answeredAt }) => performance.now() - answeredAt >= spanMs)
  const begunAt = performance.now()
  // The one that waited for Retry-After; the others are silent until it has its answer.
  if ((await ask()).status !== 200) waitedInVain++
  const refusals = await Promise.all(Array.from({ length: connections }, untilRefused))
  const first = refusals.toSorted((a, b) => a.answeredAt - b.answeredAt)[0]
  // A machine that took longer than the window for a hundred requests shows nothing about it.
  if (isEmpty && performance.now() - begunAt < spanMs / 2) {
    judged++
    if (granted().length - before.length === limit) exact++
  }
  if (first) await sleepUntil(first.answeredAt + first.retryAfterMs)
}

// And once more with requests spread over time, so that grants leave one by one.
const spreadUntil = performance.now() + wanted * spanMs
const spread = async () => {
  while (performance.now() < spreadUntil) {
    await ask()
    await Bun.sleep(random() * 200)
  }
}
await Promise.all(Array.from({ length: connections }, spread))
await server.stop()

/** Grants that were surely made within one span, counted from each one on. */
const all = granted()
const most = Math.max(
  ...all.map(
    ({ sentAt }) =>
      all.filter((other) => other.sentAt >= sentAt && other.answeredAt < sentAt + spanMs).length,
  ),
)

process.stdout.write(
  `${checked.numRuns} histories against a list of all grants: ${checked.failed ? 'one differs' : '0 differ'}; ` +
    `${asked.length} requests over ${connections} connections: exactly ${limit} granted in ${exact} of ${judged} windows of 2 s, ` +
    `${most} at most in any 2 s, ${waitedInVain} waits of Retry-After in vain (seed ${seed})\n`,
)
const strange = asked.filter(({ status }) => status !== 200 && status !== 429).length
const held = !checked.failed && exact === judged && most <= limit && waitedInVain + strange === 0
process.exit(held && judged === wanted ? 0 : 1)
