import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { temporaryDirectory } from '../support/directory.ts'
import { createRandom } from '../support/random.ts'
import type { Fault } from './planted/fault.ts'
import { faults } from './planted/index.ts'
import { copyTree, type Found, plant, runTests } from './planting/copy.ts'
import { createSpoil } from './planting/spoil.ts'
import { everyTest, readSource, testsFor } from './planting/tree.ts'

/**
 * The tests notice: plants faults in copies of this tree, one at a time, and runs the tests that have to fail then.
 * Usage: bun test/faults/planted.ts [faults] [seed] [--only=WORDS] [--all]. A random choice of them unless told, those with
 * these words in their title, and with `--all` before every test that needs no executable in the place of those named with
 * the fault. Prints one line, and on stderr one a fault; exits with 1 when a fault survives, or has no place.
 */
const atOnce = 2
const { values, positionals } = parseArgs({
  args: Bun.argv.slice(2),
  allowPositionals: true,
  options: { all: { type: 'boolean', default: false }, only: { type: 'string', default: '' } },
})
const [most = faults.length, seed = crypto.getRandomValues(new Uint16Array(1))[0]!] = positionals.map(Number)

const note = (line: string) => process.stderr.write(`${line}\n`)

const wordsFor = (found: Found) => {
  if (found.kind === 'caught') return `caught by ${found.by}`
  return found.kind === 'survived' ? 'SURVIVED' : `UNCLEAR, no test failed by its name: ${found.said}`
}

const shuffled = (all: readonly Fault[]) => {
  const { random } = createRandom(seed)
  const drawn = all.map((fault) => ({ fault, lot: random() }))
  return drawn.toSorted((a, b) => a.lot - b.lot).map(({ fault }) => fault)
}

/** The line and exit code of the whole. */
const prove = async (directory: string): Promise<[line: string, held: boolean]> => {
  const chosen = shuffled(faults.filter(({ title }) => title.includes(values.only))).slice(0, most)
  if (chosen.length === 0) return ['no fault planted: none has these words', false]
  const spoil = createSpoil(readSource())
  const every = everyTest()
  const planted = chosen.map((fault) => ({
    title: fault.title,
    spoilt: spoil(fault),
    tests: values.all ? every : testsFor(fault, every),
  }))
  const copies = Array.from({ length: atOnce }, (_, index) => join(directory, String(index)))
  for (const copy of copies) copyTree(copy)
  // A test that fails anyway notices nothing.
  const needed = [...new Set(planted.flatMap(({ tests }) => tests))]
  const shareOf = (copy: number) => needed.filter((_, index) => index % atOnce === copy)
  const sound = await Promise.all(copies.map((copy, index) => runTests(copy, shareOf(index))))
  const broken = sound.find(({ passed }) => !passed)
  if (broken) return [`without any fault, a test failed: ${broken.failed ?? broken.said}`, false]

  let caught = 0
  const queue = [...planted]
  const work = async (copy: string) => {
    for (let fault = queue.shift(); fault; fault = queue.shift()) {
      const found = await plant(copy, fault.spoilt, fault.tests)
      if (found.kind === 'caught') caught++
      note(`${fault.title}: ${wordsFor(found)}`)
    }
  }
  await Promise.all(copies.map(work))
  const line = `${planted.length} faults planted, ${caught} caught (${faults.length} known, seed ${seed})`
  return [line, caught === planted.length && caught > 0]
}

using directory = temporaryDirectory()
const [line, held] = await prove(directory.path).catch((error: Error) => [error.message, false] as const)
process.stdout.write(`${line}\n`)
process.exitCode = held ? 0 : 1
