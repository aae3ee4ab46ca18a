import type { Clock } from '../../clock.ts'
import type { Metrics } from '../metrics.ts'
import { renderMetrics } from './metric.ts'
import { processMetrics } from './process.ts'
import { gaugeMetrics, type GaugeDeps } from './gauges.ts'

interface ReadDeps extends GaugeDeps {
  metrics: Metrics
  clock: Clock
  version: string
}

/** Renders all metrics in Prometheus' text format, only when they are scraped. */
export const createReadMetrics = ({ metrics, clock, version, ...gauges }: ReadDeps) =>
  function* () {
    return renderMetrics([
      ...metrics.metrics(),
      ...(yield* gaugeMetrics(gauges, clock.now(), clock.monotonic())),
      ...processMetrics(clock.now(), version),
    ])
  }
