import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Glob } from 'bun'
import { temporaryDirectory } from '../support/directory.ts'
import { createRandom } from '../support/random.ts'
import { api } from './planted/api.ts'
import { calls } from './planted/calls.ts'
import { copyTree, type Found, isStale, plant, root, runTests } from './planted/copy.ts'
import type { Fault } from './planted/fault.ts'
import { keys } from './planted/keys.ts'
import { limits } from './planted/limits.ts'
import { outgoing } from './planted/outgoing.ts'
import { page } from './planted/page.ts'
import { people } from './planted/people.ts'
import { providers } from './planted/providers.ts'
import { storage } from './planted/storage.ts'
import { webhooks } from './planted/webhooks.ts'

/**
 * The tests notice: plants faults in copies of this tree, one at a time, and runs the tests that have to fail then.
 * Usage: bun test/faults/planted.ts [faults] [seed] [--only=WORDS] [--all]. A random choice of them unless told, those with
 * these words in their title, and with `--all` before every test that needs no executable in the place of those named with
 * the fault. Prints one line, and on stderr one a fault; exits with 1 when a fault survives, or replaces what is not there.
 */
const faults: readonly Fault[] = [
  ...limits,
  ...keys,
  ...storage,
  ...calls,
  ...providers,
  ...outgoing,
  ...page,
  ...people,
  ...webhooks,
  ...api,
]

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

/** All but those of the executable, which was made of the sound tree, and these. */
const everyTest = () =>
  [...new Glob('test/**/*.test.ts').scanSync(root)].filter(
    (file) => !/^test\/(binary|browser|faults)\//.test(file),
  )

const shuffled = (all: readonly Fault[]) => {
  const { random } = createRandom(seed)
  const drawn = all.map((fault) => ({ fault, lot: random() }))
  return drawn.toSorted((a, b) => a.lot - b.lot).map(({ fault }) => fault)
}

/** The line and exit code of the whole. */
const prove = async (directory: string): Promise<[line: string, held: boolean]> => {
  const stale = faults.filter(isStale)
  for (const { title, edits } of stale) note(`STALE: ${title} (${edits.map(([file]) => file).join(', ')})`)
  if (stale.length > 0)
    return [
      `${stale.length} faults are stale: they replace what is not there once, or name a test that is gone`,
      false,
    ]

  const planted = shuffled(faults.filter(({ title }) => title.includes(values.only))).slice(0, most)
  if (planted.length === 0) return ['no fault planted: none has these words', false]
  const every = values.all ? everyTest() : undefined
  const copies = Array.from({ length: atOnce }, (_, index) => join(directory, String(index)))
  for (const copy of copies) copyTree(copy)
  // A test that fails anyway notices nothing.
  const needed = every ?? [...new Set(planted.flatMap(({ noticedBy }) => noticedBy))]
  const shareOf = (copy: number) => needed.filter((_, index) => index % atOnce === copy)
  const sound = await Promise.all(copies.map((copy, index) => runTests(copy, shareOf(index))))
  const broken = sound.find(({ passed }) => !passed)
  if (broken) return [`without any fault, a test failed: ${broken.failed ?? broken.said}`, false]

  let caught = 0
  const queue = [...planted]
  const work = async (copy: string) => {
    for (let fault = queue.shift(); fault; fault = queue.shift()) {
      const found = await plant(copy, fault, every ?? fault.noticedBy)
      if (found.kind === 'caught') caught++
      note(`${fault.title}: ${wordsFor(found)}`)
    }
  }
  await Promise.all(copies.map(work))
  const line = `${planted.length} faults planted, ${caught} caught (${faults.length} known, seed ${seed})`
  return [line, caught === planted.length && caught > 0]
}

using directory = temporaryDirectory()
const [line, held] = await prove(directory.path)
process.stdout.write(`${line}\n`)
process.exitCode = held ? 0 : 1
