import { Histogram, requestBounds } from './histogram.ts'
import type { Metric } from './metric.ts'

interface Outcome {
  status: number
  code: string
  count: number
}

interface Route {
  labels: { method: string; route: string }
  durations: Histogram
  outcomes: Map<string | number, Outcome>
  /** The last outcome: most of the time the next one is the same. */
  recent: Outcome | undefined
}

/** Counts requests. Counting one costs two look-ups by constant strings and three additions. */
export class Requests {
  readonly #routes = new Map<string, Map<string, Route>>()

  /** `route` is a pattern, empty for an unknown path; `code` is that of an error. */
  record(method: string, route: string, status: number, code: string, tookMs: number) {
    const own = this.#routes.get(route)?.get(method) ?? this.#open(method, route)
    own.durations.observe(tookMs / 1000)
    const outcome =
      own.recent?.code === code && own.recent.status === status
        ? own.recent
        : outcomeOf(own.outcomes, status, code)
    outcome.count++
    own.recent = outcome
  }

  metrics(): Metric[] {
    const routes = [...this.#routes.values()].flatMap((methods) => [...methods.values()])
    return [
      {
        name: 'callgate_http_requests_total',
        type: 'counter',
        help: 'Completed requests. The code is the error code; the route is unknown for unknown paths.',
        samples: routes.flatMap(({ labels, outcomes }) =>
          [...outcomes.values()].map(({ status, code, count }) => ({
            labels: { ...labels, status: String(status), code },
            value: count,
          })),
        ),
      },
      {
        name: 'callgate_http_request_duration_seconds',
        type: 'histogram',
        help: 'Time from receiving a request’s headers until the response was ready.',
        samples: routes.flatMap(({ labels, durations }) => durations.samples(labels)),
      },
    ]
  }

  #open(method: string, route: string) {
    const methods = this.#routes.get(route) ?? new Map<string, Route>()
    const opened: Route = {
      labels: { method, route: route || 'unknown' },
      durations: new Histogram(requestBounds),
      outcomes: new Map(),
      recent: undefined,
    }
    this.#routes.set(route, methods.set(method, opened))
    return opened
  }
}

/** Each code has only one status. */
const outcomeOf = (outcomes: Route['outcomes'], status: number, code: string) => {
  const id = code === '' ? status : code
  const outcome = outcomes.get(id) ?? { status, code, count: 0 }
  outcomes.set(id, outcome)
  return outcome
}
