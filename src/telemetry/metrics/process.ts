import { readdirSync } from 'node:fs'
import { gauge, type Metric } from './metric.ts'

/** The metrics of this process, named as in Prometheus' own client libraries. */
export const processMetrics = (now: number, version: string): Metric[] => {
  const { user, system } = process.cpuUsage()
  const files = openFiles()
  return [
    {
      name: 'process_cpu_seconds_total',
      type: 'counter',
      help: 'CPU time used, in seconds.',
      samples: [{ value: (user + system) / 1e6 }],
    },
    gauge('process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()),
    gauge(
      'process_start_time_seconds',
      'Start time of the process.',
      Math.round(now / 1000 - process.uptime()),
    ),
    ...(files === undefined ? [] : [gauge('process_open_fds', 'Open files and connections.', files)]),
    {
      name: 'callgate_build_info',
      type: 'gauge',
      help: 'Always 1. The label is the version.',
      samples: [{ labels: { version }, value: 1 }],
    },
  ]
}

/** Undefined where there is no `/proc`. */
const openFiles = () => {
  try {
    return readdirSync('/proc/self/fd').length
  } catch {
    return undefined
  }
}
