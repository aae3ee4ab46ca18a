import { join } from 'node:path'
import { cpuOfChildMs, onCore } from './pinned.ts'

/** What is asked for, again and again. */
export interface Load {
  method: 'GET' | 'POST'
  path: string
  /** A file with the headers of one request a line, tab between them; the requests take them in turn. */
  headers: string
  body?: string
  /** Every request gets an Idempotency-Key of its own. */
  isUnique?: boolean
}

/** What wrk saw of one run. */
export interface Seen {
  requests: number
  durationUs: number
  /** Answers of 400 and above. */
  refused: number
  /** Requests without an answer. */
  broken: number
  p50Us: number
  p99Us: number
  p999Us: number
}

const script = join(import.meta.dir, 'load.lua')

/** Loads a server for some seconds over so many connections, from `core`. Also says how busy that kept the core, 0 to 1. */
export const runLoad = async (
  url: string,
  load: Load,
  connections: number,
  seconds: number,
  core: number,
) => {
  const mark = load.isUnique ? `${crypto.randomUUID()}-` : ''
  const options = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script]
  const given = [load.headers, load.method, load.path, load.body ?? '', mark]
  const child = Bun.spawn(onCore(core, ['wrk', ...options, url, '--', ...given]), {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, complaint] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
  ])
  if ((await child.exited) !== 0) throw new Error(`wrk: ${complaint.trim() || out.trim()}`)
  const seen = parseLoad(out)
  return { ...seen, loadBusy: (cpuOfChildMs(child) * 1000) / seen.durationUs }
}

/** Reads the line that load.lua ends with. Throws when it is not there. */
export const parseLoad = (out: string): Seen => {
  const [, found] = /^measured (\{.*\})$/m.exec(out) ?? []
  if (found === undefined) throw new Error(`wrk printed no measurement: ${out.trim().slice(-200)}`)
  return JSON.parse(found) as Seen
}
