import { restoreLeases } from '../calls/restore-leases.ts'
import type { Clock } from '../clock.ts'
import type { Commit } from '../commit.ts'
import type { Config } from '../config.ts'
import { createRateLimits } from '../http/rate-limits.ts'
import { WindowJournal } from '../limits/journal.ts'
import { Leases } from '../limits/leases.ts'
import { Windows } from '../limits/window.ts'
import type { Stores } from '../storage/stores.ts'
import type { Log } from '../telemetry/log.ts'
import { Usage } from '../usage/usage.ts'
import { atOnce } from '../work.ts'

interface LimitDeps {
  config: Config
  stores: Pick<Stores, 'calls' | 'usageRows' | 'windowGrants'>
  commit: Commit
  clock: Clock
  log: Log
}

/** The limits of environments and their usage, restored to the state in which an earlier process left them. */
export const wireLimits = ({ config, stores, commit, clock, log }: LimitDeps) => {
  const leases: Leases = new Leases((environmentId, active, now) => usage.calls(environmentId, active, now))
  const usage = new Usage({ store: stores.usageRows, leases, clock, log })
  const takeOver = () => restoreLeases({ calls: stores.calls, leases, clock })
  atOnce(takeOver())
  const windows = new Windows(config.windowSeconds * 1000)
  const journal = new WindowJournal({ ...config, windows, store: stores.windowGrants, commit, clock, log })
  journal.restore()
  const rateLimits = createRateLimits({ ...config, leases, windows, clock })
  return { leases, usage, takeOver, windows, journal, rateLimits }
}
