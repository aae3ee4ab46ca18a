import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Runs every test and closes with one line that any machine can read: how many passed and how many failed. */
const directory = mkdtempSync(join(tmpdir(), 'callgate-tests-'))
const report = join(directory, 'report.xml')
const { exitCode } = Bun.spawnSync(['bun', 'test', '--reporter=junit', `--reporter-outfile=${report}`], {
  stdio: ['ignore', 'inherit', 'inherit'],
})
const [totals = ''] = /<testsuites [^>]*>/.exec(await Bun.file(report).text()) ?? []
rmSync(directory, { recursive: true })

const total = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(totals)?.[1] ?? 0)
const failed = total('failures')
const skipped = total('skipped')
const passed = total('tests') - failed - skipped
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
process.exit(exitCode !== 0 || passed === 0 ? 1 : 0)
