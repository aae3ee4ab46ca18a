import type { EnvironmentName } from '../../../agencies/environment.ts'
import type { Counters } from '../../rate-limits.ts'

export interface LiveCounters extends Counters {
  name: EnvironmentName
  windowSeconds: number
}

interface LiveProps {
  counters: LiveCounters
  /** The address of this fragment. */
  from: string
}

export const refreshSeconds = 5

/** The current use of an environment's window and slots. */
export const Live = ({ counters, from }: LiveProps) => (
  <div
    id={`${counters.name}-live`}
    class="live"
    data-refresh-seconds={refreshSeconds}
    data-refresh-from={from}
  >
    <Level
      id={`${counters.name}-window`}
      label={`Requests in the last ${counters.windowSeconds} seconds`}
      value={counters.requests}
      limit={counters.requestLimit}
    />
    <Level
      id={`${counters.name}-slots`}
      label="Calls in progress"
      value={counters.calls}
      limit={counters.callLimit}
    />
  </div>
)

interface LevelProps {
  id: string
  label: string
  value: number
  limit: number
}

const Level = ({ id, label, value, limit }: LevelProps) => (
  <div>
    <label for={id}>{label}</label>
    <meter id={id} min={0} max={limit} value={Math.min(value, limit)} />
    <strong>{`${value.toLocaleString('en')} of ${limit.toLocaleString('en')}`}</strong>
  </div>
)
