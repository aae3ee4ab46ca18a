import type { Clock } from '../clock.ts'
import { Counter } from './metrics/counter.ts'
import { Histogram, Histograms, remoteBounds, requestBounds } from './metrics/histogram.ts'
import type { Metric } from './metrics/metric.ts'
import { Requests } from './metrics/requests.ts'

type ProviderRequest = 'place' | 'status' | 'end' | 'recording'

const operationBounds = [1, 2, 5, 10, 20, 50, 100]

/** What is counted as it happens, since the start of the process. Nothing here knows whose it was. */
export class Metrics {
  readonly requests = new Requests()
  readonly #clock: Pick<Clock, 'monotonic'>
  readonly #commitSizes = new Histogram(operationBounds)
  readonly #commitTimes = new Histogram(requestBounds)
  #failedCommits = 0
  readonly #triggered = new Counter({
    name: 'callgate_calls_triggered_total',
    help: 'Calls that were accepted, by who dials for them.',
  })
  readonly #ended = new Counter({
    name: 'callgate_calls_ended_total',
    help: 'Calls that are over, by how they ended. The reason is empty for one that ended by itself.',
  })
  readonly #providerTimes = new Histograms(
    {
      name: 'callgate_provider_request_duration_seconds',
      help: 'How long a provider took to answer when it was to place a call, tell of one, hang it up or say where its recording is.',
    },
    remoteBounds,
  )
  readonly #providerOutcomes = new Counter({
    name: 'callgate_provider_requests_total',
    help: 'What came of requests to providers. Error: it was not done.',
  })
  readonly #attemptTimes = new Histograms(
    {
      name: 'callgate_webhook_attempt_duration_seconds',
      help: 'How long an endpoint took to answer, by what came of it.',
    },
    remoteBounds,
  )
  #deadLetters = 0

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock
  }

  /** Runs a commit of so many operations. */
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

  /** Runs a request to a provider. `outcomeOf` says in a word what came of it. */
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

  /** An attempt to tell an endpoint; `isDead` when it was the last. */
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
        help: 'How many operations shared one commit.',
        samples: this.#commitSizes.samples(),
      },
      {
        name: 'callgate_commit_duration_seconds',
        type: 'histogram',
        help: 'From the begin of a commit until it was on disk.',
        samples: this.#commitTimes.samples(),
      },
      count('callgate_commit_failures_total', 'Commits that the disk did not take.', this.#failedCommits),
      this.#triggered.metric(),
      this.#ended.metric(),
      this.#providerTimes.metric(),
      this.#providerOutcomes.metric(),
      {
        name: 'callgate_webhook_attempts_total',
        type: 'counter',
        help: 'Attempts to tell an endpoint. Gone: it answered 410 and was switched off.',
        samples: attempts.samples
          .filter(({ suffix }) => suffix === '_count')
          .map(({ labels = {}, value }) => ({ labels, value })),
      },
      attempts,
      count(
        'callgate_webhook_dead_letters_total',
        'Deliveries that were given up after their last attempt.',
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
