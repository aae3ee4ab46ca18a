export type Labels = Readonly<Record<string, string>>

export interface Sample {
  labels?: Labels
  value: number
  /** What a histogram's parts add to its name. */
  suffix?: '_bucket' | '_sum' | '_count'
}

/** One metric as Prometheus reads it. Its labels take values from a bounded set: never a name or an id of an agency. */
export interface Metric {
  name: string
  type: 'counter' | 'gauge' | 'histogram'
  /** What it tells, in plain words. */
  help: string
  samples: readonly Sample[]
}

export const metricsContentType = 'text/plain; version=0.0.4; charset=utf-8'

/** Prometheus' text format 0.0.4. */
export const renderMetrics = (metrics: readonly Metric[]) => metrics.map(render).join('')

export const gauge = (name: string, help: string, value: number): Metric => ({
  name,
  type: 'gauge',
  help,
  samples: [{ value }],
})

const render = ({ name, type, help, samples }: Metric) =>
  [
    `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`,
    ...samples.map(({ suffix = '', labels, value }) => `${name}${suffix}${labelled(labels)} ${value}\n`),
  ].join('')

const labelled = (labels: Labels = {}) => {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`)
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}

const escaped = (value: string) =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
