import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Subprocess } from 'bun'

export interface Start {
  name: string
  command: string[]
  env?: Record<string, string>
  port: number
  /** Where its output goes, and what it runs in. */
  directory: string
}

/** A server under measurement. */
export type Pinned = Awaited<ReturnType<typeof startPinned>>

/** The unit of /proc/<pid>/stat: USER_HZ, which is 100 on every Linux (proc(5), time(7)). */
const tickMs = 10
const startMostMs = 60_000
/** A server that leaves connections alone must not hang the run. */
const askMostMs = 5000

/** The command, kept to one core, and ended with whoever started it, however that one ends. */
export const onCore = (core: number, command: string[]) =>
  ['setpriv', '--pdeathsig', 'KILL', 'taskset', '-c', String(core)].concat(command)

/** Starts a server on one core; resolves at its first answer, whatever that says, with how long it took. */
export const startPinned = async ({ name, command, env = {}, port, directory }: Start, core: number) => {
  const log = join(directory, 'output.log')
  const url = `http://127.0.0.1:${port}`
  const begunAt = performance.now()
  const child = Bun.spawn(onCore(core, command), {
    cwd: directory,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdin: 'ignore',
    stdout: Bun.file(log),
    stderr: Bun.file(join(directory, 'errors.log')),
  })
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await child.exited
  }
  while (!(await answers(url))) {
    const waitedMs = performance.now() - begunAt
    if (child.exitCode === null && waitedMs < startMostMs) continue
    await end('SIGKILL')
    throw new Error(`${name} did not start: ${lastWords(directory)}`)
  }
  return {
    url,
    startMs: performance.now() - begunAt,
    cpuMs: () => parseCpuMs(readFileSync(`/proc/${child.pid}/stat`, 'utf8')),
    residentBytes: () => parseResidentBytes(readFileSync(`/proc/${child.pid}/status`, 'utf8')),
    /** Lets it end as it will. */
    stop: () => end('SIGTERM'),
    /** Ends it at once: nothing of it is kept. */
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  }
}

/** User and system time of a process with all its threads, from its /proc stat line. */
export const parseCpuMs = (stat: string) => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * tickMs
}

export const parseResidentBytes = (status: string) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024

export const cpuOfChildMs = (child: Subprocess) => Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1000

const answers = async (url: string) => {
  try {
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(askMostMs), keepalive: false })
    await answer.arrayBuffer()
    return true
  } catch {
    await Bun.sleep(1)
    return false
  }
}

const lastWords = (directory: string) => {
  const said = ['errors.log', 'output.log'].map((file) => readFileSync(join(directory, file), 'utf8').trim())
  return said.find(Boolean)?.split('\n').slice(-3).join(' ') ?? 'it said nothing'
}
