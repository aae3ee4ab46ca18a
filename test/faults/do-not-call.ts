import { importCsv } from '../../src/do-not-call/import-csv.ts'
import { importNumbers } from '../../src/do-not-call/operations/import.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { numberOf } from '../support/do-not-call.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

/**
 * A list of many numbers is imported from one file while others are answered, each of its numbers is then found and no other
 * one, and looking one up costs as little as before. Usage: bun test/faults/do-not-call.ts [entries] [look-ups]. Prints one
 * line, with figures of this machine; exits with 1 when a promise broke.
 */
const [entries = 1_000_000, lookUps = 100_000] = Bun.argv.slice(2).map(Number)

using directory = temporaryDirectory()
const gate = createGate({ path: directory.database })
const { doNotCall, perform } = gate.services
const { sqlite } = gate.database

const at = (share: number, sorted: readonly number[]) =>
  sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0

/** Microseconds of a look-up for numbers of which every second one is listed. */
const measure = () => {
  const taken: number[] = []
  let wrong = 0
  for (let asked = 0; asked < lookUps; asked++) {
    const number = numberOf((asked * 7919) % (2 * entries))
    const start = Bun.nanoseconds()
    const isListed = atOnce(doNotCall.isListed(gate.agency.id, number, 1))
    taken.push((Bun.nanoseconds() - start) / 1000)
    if (isListed !== isImported(number)) wrong++
  }
  return { wrong, sorted: taken.toSorted((one, other) => one - other) }
}
let imported = 0
const isImported = (number: string) => Number(number.slice(5)) < imported

async function* file() {
  const encoder = new TextEncoder()
  for (let first = 0; first < entries; first += 5000) {
    const lines = Array.from({ length: Math.min(5000, entries - first) }, (_, next) => numberOf(first + next))
    yield encoder.encode(`${lines.join('\n')}\n`)
  }
}

const size = () => {
  sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
  return Bun.file(directory.database).size
}

/** Milliseconds of the processor that each commit of the import takes: as long, nothing else has a turn. */
const commitMs: number[] = []
const processorMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}
const transaction = gate.database.transaction.bind(gate.database)
gate.database.transaction = function* (work) {
  const start = processorMs()
  const done = yield* transaction(work)
  commitMs.push(processorMs() - start)
  return done
}

// The key of the hashes is made with the first entry.
const unrelated = { phoneNumber: '+12025550107', source: 'manual', reason: null, addedAt: 1, expiresAt: null }
atOnce(doNotCall.replace(null, unrelated))
measure()
const bare = measure()
const before = size()
commitMs.length = 0
const start = performance.now()
const result = await importCsv(file(), (part) =>
  perform(importNumbers, { agency: 'Acme', entries: part }, commandLineActor),
)
const seconds = (performance.now() - start) / 1000
const commits = commitMs.toSorted((one, other) => one - other)
imported = entries
const bytes = (size() - before) / entries
const full = measure()
gate.database.close()

const wrong = bare.wrong + full.wrong
const figures = [
  `${entries.toLocaleString('en')} entries in ${seconds.toFixed(1)} s, ${bytes.toFixed(0)} bytes each`,
  `a commit p50 ${at(0.5, commits).toFixed(0)} ms, p99 ${at(0.99, commits).toFixed(0)} ms of the processor`,
  `look-up p50 ${at(0.5, full.sorted).toFixed(1)} µs, p99 ${at(0.99, full.sorted).toFixed(1)} µs`,
  `(without entries ${at(0.5, bare.sorted).toFixed(1)}, ${at(0.99, bare.sorted).toFixed(1)})`,
  `wrong answers ${wrong}`,
]
process.stdout.write(`${figures.join('; ')}\n`)
if (wrong > 0 || result.added !== entries || result.rejected > 0) process.exit(1)
