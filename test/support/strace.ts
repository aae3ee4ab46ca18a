import { executable } from './binary.ts'

/** Whether this machine has strace and lets it trace. */
export const canTrace = () =>
  Bun.which('strace') !== null && Bun.spawnSync(['strace', '-o', '/dev/null', 'true']).exitCode === 0

/**
 * The command that serves under strace: the calls of these kinds are written to `log`, with their paths, and `injections`
 * are made. The process that is started is the server itself, so that a signal reaches it and not its tracer.
 */
export const servingTraced = (log: string, calls: string[], injections: string[] = []) => [
  'strace',
  '-Dfy',
  '-s16',
  '-o',
  log,
  '-e',
  `trace=${calls.join(',')}`,
  ...injections.flatMap((injection) => ['-e', `inject=${injection}`]),
  executable,
  'serve',
]

/** A proof that this machine cannot run says so in its one line, and breaks no promise. */
export const skip = (reason: string): never => {
  process.stdout.write(`skipped: ${reason}\n`)
  process.exit(0)
}
