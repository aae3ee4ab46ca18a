import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Fault } from './fault.ts'

export const root = join(import.meta.dir, '../../..')
/** What a copy goes without: it is made from the rest, linked, or somebody’s own. */
const left = new Set(['.git', 'data', 'dist', 'node_modules'])
/** A fault can make a test wait for what never comes. */
const testTimeoutMs = 20_000
const patienceMs = 600_000

/** Whether the program or its tests have moved on from a fault: a text that is not in its file just once, a test that is gone. */
export const isStale = ({ edits, noticedBy }: Fault) =>
  edits.some(([file, find]) => readFileSync(join(root, file), 'utf8').split(find).length !== 2) ||
  noticedBy.some((file) => !existsSync(join(root, file)))

/** Copies this tree to a new directory, to be spoilt there. */
export const copyTree = (path: string) => {
  cpSync(root, path, { recursive: true, filter: (from) => !left.has(relative(root, from)) })
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'))
}

/**
 * Runs tests in a copy up to the first that fails, three times in a row: what a busy machine fails once notices nothing.
 * Gives its title, undefined where none did, and what was said at the end.
 */
export const runTests = async (path: string, files: readonly string[]) => {
  let run = await runOnce(path, files)
  for (let again = 0; again < 2 && !run.passed; again++) run = await runOnce(path, files)
  return run
}

/** Not by Bun's `--retry`: a promise that is rejected while a test is tried again fails the run, and no test by its name. */
const runOnce = async (path: string, files: readonly string[]) => {
  // Told no file, Bun would run them all.
  if (files.length === 0) return { passed: true, failed: undefined, said: '' }
  const child = Bun.spawn([process.execPath, 'test', '--bail', `--timeout=${testTimeoutMs}`, ...files], {
    cwd: path,
    env: { ...process.env, NO_COLOR: '1' },
    stdout: 'pipe',
    stderr: 'pipe',
    timeout: patienceMs,
    killSignal: 'SIGKILL',
  })
  const outputs = [new Response(child.stdout).text(), new Response(child.stderr).text()]
  const said = (await Promise.all(outputs)).join('\n')
  const [, failed] = /^\(fail\) (.+?)(?: \[[\d.]+ms\])?$/m.exec(said) ?? []
  return { passed: (await child.exited) === 0, failed, said: said.slice(-1000) }
}

/** What became of a fault. `unclear`: the tests did not run to their end, and none failed by name. */
export type Found = { kind: 'caught'; by: string } | { kind: 'survived' } | { kind: 'unclear'; said: string }

/** Plants a fault in a copy, looks who notices, and takes it out again. */
export const plant = async (path: string, { edits }: Fault, tests: readonly string[]): Promise<Found> => {
  const sound = new Map(edits.map(([file]) => [file, readFileSync(join(path, file), 'utf8')]))
  const spoilt = new Map(sound)
  for (const [file, find, put] of edits)
    spoilt.set(
      file,
      spoilt.get(file)!.replace(find, () => put),
    )
  write(path, spoilt)
  const { passed, failed, said } = await runTests(path, tests)
  write(path, sound)
  if (passed) return { kind: 'survived' }
  return failed === undefined ? { kind: 'unclear', said } : { kind: 'caught', by: failed }
}

const write = (path: string, texts: Map<string, string>) => {
  for (const [file, text] of texts) writeFileSync(join(path, file), text)
}
