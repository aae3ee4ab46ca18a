import type { Clock } from '../../clock.ts'
import type { Metrics } from '../metrics.ts'
import { renderMetrics } from './metric.ts'
import { processMetrics } from './process.ts'
import { standingMetrics, type StandingNeeds } from './standing.ts'

interface ReadNeeds extends StandingNeeds {
  metrics: Metrics
  clock: Clock
  version: string
}

/** Gives all metrics as they stand, in Prometheus' text format. Nothing is put together before somebody asks. */
export const createReadMetrics =
  ({ metrics, clock, version, ...standing }: ReadNeeds) =>
  () =>
    renderMetrics([
      ...metrics.metrics(),
      ...standingMetrics(standing, clock.now(), clock.monotonic()),
      ...processMetrics(clock.now(), version),
    ])
