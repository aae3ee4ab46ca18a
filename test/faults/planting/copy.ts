import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './tree.ts'

/** Left out of a copy: generated, linked, or private. */
const left = new Set(['.git', 'data', 'dist', 'node_modules'])
/** A fault can make a test wait for what never comes. */
const testTimeoutMs = 20_000
const patienceMs = 600_000

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

/** The result of a fault. `unclear`: the tests did not run to their end, and none failed by name. */
export type Found = { kind: 'caught'; by: string } | { kind: 'survived' } | { kind: 'unclear'; said: string }

/** Puts files in the place of a copy’s own, looks who notices, and puts those back. */
export const plant = async (
  path: string,
  spoilt: ReadonlyMap<string, string>,
  tests: readonly string[],
): Promise<Found> => {
  const sound = new Map([...spoilt.keys()].map((file) => [file, readFileSync(join(path, file), 'utf8')]))
  write(path, spoilt)
  const { passed, failed, said } = await runTests(path, tests)
  write(path, sound)
  if (passed) return { kind: 'survived' }
  return failed === undefined ? { kind: 'unclear', said } : { kind: 'caught', by: failed }
}

const write = (path: string, texts: ReadonlyMap<string, string>) => {
  for (const [file, text] of texts) writeFileSync(join(path, file), text)
}
