import { newCall } from '../../src/calls/call.ts'
import { WindowJournal } from '../../src/limits/journal.ts'
import { Windows } from '../../src/limits/window.ts'
import { createCommit } from '../../src/storage/commit.ts'
import { FixedClock, settled } from './clock.ts'
import { createGate } from './gate.ts'
import { atOnce } from '../../src/work.ts'

/**
 * The windows of one process after the other on the same database. Time goes on over all of them, but each has a monotonic
 * clock that begins somewhere else, and whole milliseconds on the wall.
 */
export const createLives = (windowSeconds: number) => {
  const gate = createGate()
  const { database, services, agency, agent, production } = gate
  const clock = new FixedClock()
  const warnings: string[] = []
  const commit = createCommit(database)
  const id = production.id

  const begin = () => {
    const beganAt = clock.monotonic() - 0.375
    let isAlive = true
    const processClock = {
      now: () => Math.floor(clock.now()),
      monotonic: () => clock.monotonic() - beganAt,
      after: (delayMs: number, action: () => void) => clock.after(delayMs, () => isAlive && action()),
    }
    const windows = new Windows(windowSeconds * 1000)
    const journal = new WindowJournal({
      windows,
      windowSeconds,
      store: services.windowGrants,
      commit,
      clock: processClock,
      log: { warn: (message) => void warnings.push(message) },
    })
    journal.restore()
    return { windows, journal, processClock, end: () => (isAlive = false) }
  }
  let life = begin()

  return {
    clock,
    database,
    warnings,
    /** The number of the grant, where it was taken. */
    take: (limit: number, of = id) =>
      life.windows.take(of, limit, life.processClock.monotonic()).granted ? life.journal.note() : undefined,
    count: () => life.windows.count(id, life.processClock.monotonic()),
    /** How many ids hold memory. */
    size: () => life.windows.size,
    /** Stores a call, as its trigger does once the body was read. */
    store: (grantNumber?: number) => {
      const createdAt = life.processClock.now()
      const order = { id: Bun.randomUUIDv7(), agencyId: agency.id, environmentId: id, agentId: agent.id }
      const rings = { provider: 'simulator', accountId: null, agentRef: null, fromNumber: null }
      const whom = {
        phoneNumber: '+15551234500',
        name: null,
        email: null,
        metadata: null,
        options: null,
        timeZone: null,
        consent: null,
        spendingDay: null,
      }
      const times = { createdAt, expiresAt: createdAt + 3_600_000 }
      atOnce(services.calls.insert(newCall({ ...order, ...rings, ...whom, ...times }, { grantNumber })))
    },
    kill: async () => {
      life.end()
      await settled()
      life = begin()
    },
    stop: () => {
      life.journal.stop()
      life.end()
      life = begin()
    },
    entries: () =>
      database.sqlite.query<{ grants: string }, []>('select grants from window_grants order by id').all(),
    /** What was left of it is gone, as on a new machine. */
    forgetAll: () => {
      life.end()
      database.sqlite.run('delete from calls')
      database.sqlite.run('delete from window_grants')
      life = begin()
    },
  }
}
