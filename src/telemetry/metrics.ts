import type { Clock } from '../clock.ts'
import { Counter } from './metrics/counter.ts'
import { Histogram, Histograms, remoteBounds, requestBounds } from './metrics/histogram.ts'
import type { Metric } from './metrics/metric.ts'
import { Requests } from './metrics/requests.ts'

type ProviderRequest = 'place' | 'status' | 'end' | 'recording'

const operationBounds = [1, 2, 5, 10, 20, 50, 100]

/** Process-lifetime counters, never labelled by agency or key. */
export class Metrics {
  readonly requests = new Requests()
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #commitSizes = new Histogram(operationBounds)
  readonly #commitTimes = new Histogram(requestBounds)
  #failedCommits = 0
  readonly #triggered = new Counter({
    name: 'callgate_calls_triggered_total',
    help: 'Accepted calls, by provider.',
  })
  readonly #ended = new Counter({
    name: 'callgate_calls_ended_total',
    help: 'Ended calls, by status and reason. The reason is empty if a call ended normally.',
  })
  readonly #stillRunning = new Counter({
    name: 'callgate_calls_still_running_total',
    help: 'Calls that were still running at the provider after a hook reported their end, by provider.',
  })
  readonly #alerts = new Counter({ name: 'callgate_alerts_total', help: 'Alerts, by kind.' })
  readonly #providerTimes = new Histograms(
    {
      name: 'callgate_provider_request_duration_seconds',
      help: 'Response time of providers to requests that place a call, ask for its status, end it or find its recording.',
    },
    remoteBounds,
  )
  readonly #providerOutcomes = new Counter({
    name: 'callgate_provider_requests_total',
    help: 'Requests to providers, by outcome.',
  })
  readonly #attemptTimes = new Histograms(
    {
      name: 'callgate_webhook_attempt_duration_seconds',
      help: 'Response time of webhook endpoints, by result.',
    },
    remoteBounds,
  )
  #deadLetters = 0

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Measures a commit of a number of operations. */
  commit(operations: number, run: () => void) {
    const begunAt = this.#clock.monotonic()
    try {
      run()
    } catch (error) {
      this.#failedCommits++
      throw error
    } finally {
      this.#commitSizes.observe(operations)
      this.#commitTimes.observe((this.#clock.monotonic() - begunAt) / 1000)
    }
  }

  /** Measures a request to a provider; `outcomeOf` gives its label. */
  async provider<T>(
    provider: string,
    request: ProviderRequest,
    run: () => Promise<T>,
    outcomeOf: (answer: T) => string,
  ) {
    const begunAt = this.#clock.monotonic()
    let outcome = 'error'
    try {
      const answer = await run()
      outcome = outcomeOf(answer)
      return answer
    } finally {
      const seconds = (this.#clock.monotonic() - begunAt) / 1000
      this.#providerTimes.of({ provider, request }).observe(seconds)
      this.#providerOutcomes.add({ provider, request, outcome })
    }
  }

  callTriggered(provider: string) {
    this.#triggered.add({ provider })
  }

  alertRaised(kind: string) {
    this.#alerts.add({ kind })
  }

  callEnded({
    provider,
    status,
    reasonCode,
  }: {
    provider: string
    status: string
    reasonCode: string | null
  }) {
    this.#ended.add({ provider, status, reason: reasonCode ?? '' })
  }

  callStillRunning(provider: string) {
    this.#stillRunning.add({ provider })
  }

  /** Counts an attempt of a delivery; `isDead` when it was the last one. */
  attempt(result: string, tookMs: number, isDead: boolean) {
    this.#attemptTimes.of({ result }).observe(tookMs / 1000)
    if (isDead) this.#deadLetters++
  }

  metrics(): Metric[] {
    const attempts = this.#attemptTimes.metric()
    return [
      ...this.requests.metrics(),
      {
        name: 'callgate_commit_operations',
        type: 'histogram',
        help: 'Operations per commit.',
        samples: this.#commitSizes.samples(),
      },
      {
        name: 'callgate_commit_duration_seconds',
        type: 'histogram',
        help: 'Time from the start of a commit until it is on disk.',
        samples: this.#commitTimes.samples(),
      },
      count(
        'callgate_commit_failures_total',
        'Commits that could not be written to disk.',
        this.#failedCommits,
      ),
      this.#triggered.metric(),
      this.#ended.metric(),
      this.#stillRunning.metric(),
      this.#alerts.metric(),
      this.#providerTimes.metric(),
      this.#providerOutcomes.metric(),
      {
        name: 'callgate_webhook_attempts_total',
        type: 'counter',
        help: 'Attempts to deliver a webhook, by result. The result gone is a 410 response, which disables the endpoint.',
        samples: attempts.samples
          .filter(({ suffix }) => suffix === '_count')
          .map(({ labels = {}, value }) => ({ labels, value })),
      },
      attempts,
      count(
        'callgate_webhook_dead_letters_total',
        'Deliveries that failed after their last attempt.',
        this.#deadLetters,
      ),
    ]
  }
}

const count = (name: string, help: string, value: number): Metric => ({
  name,
  type: 'counter',
  help,
  samples: [{ value }],
})
