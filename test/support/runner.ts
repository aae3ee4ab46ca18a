import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Runs every test and closes with one line that any machine can read: how many passed and how many failed. Workers share
 * the tests, but for those that judge how much time or memory a server takes, which run by themselves.
 */
const byThemselves = ['test/bench', 'test/binary', 'test/faults']
/** A test that hangs ends; how fast the machine is decides nothing. */
const patience = '--timeout=60000'
const runs = [
  [
    '--parallel=3',
    '--no-isolate',
    ...byThemselves.map((directory) => `--path-ignore-patterns=${directory}/**`),
  ],
  ['--max-concurrency=2', ...byThemselves.map((directory) => `./${directory}`)],
]

const directory = mkdtempSync(join(tmpdir(), 'callgate-tests-'))
const sums = { tests: 0, failures: 0, skipped: 0 }
let isDone = true

for (const [at, selection] of runs.entries()) {
  const report = join(directory, `${at}.xml`)
  const { exitCode } = Bun.spawnSync(
    ['bun', 'test', patience, '--reporter=junit', `--reporter-outfile=${report}`, ...selection],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  )
  isDone &&= exitCode === 0
  const written = Bun.file(report)
  const [totals = ''] = /<testsuites [^>]*>/.exec((await written.exists()) ? await written.text() : '') ?? []
  for (const name of Object.keys(sums) as (keyof typeof sums)[])
    sums[name] += Number(new RegExp(` ${name}="(\\d+)"`).exec(totals)?.[1] ?? 0)
}
rmSync(directory, { recursive: true })

const passed = sums.tests - sums.failures - sums.skipped
const skipped = sums.skipped > 0 ? `, ${sums.skipped} skipped` : ''
process.stdout.write(`${passed} passed, ${sums.failures} failed${skipped}\n`)
process.exit(!isDone || passed === 0 ? 1 : 0)
