import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'

/** What a process holds, as Linux counts it: NaN where there is no /proc, so that no bound is taken for broken there. */
export const holdings = (pid: number) => {
  if (!existsSync(`/proc/${pid}/status`)) return { residentMb: Number.NaN, descriptors: Number.NaN }
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return {
    residentMb: Math.round(Number(kilobytes) / 1024),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
  }
}

/** Megabytes of a file; 0 when it is not there. */
export const sizeMb = (path: string) => (existsSync(path) ? statSync(path).size / 1024 ** 2 : 0)
