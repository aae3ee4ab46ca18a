import type { Commit } from '../commit.ts'
import { storageUnavailable } from '../failures.ts'
import { type Database, isStorageTrouble } from './database.ts'
import { atOnce, type Work } from '../work.ts'

interface Waiting {
  run: () => void
  settle: (failed: { error: unknown } | undefined) => void
}

/** Runs and measures a commit of a number of operations. */
type Measure = (operations: number, run: () => void) => void

/**
 * Group commit: all operations of one turn of the event loop share one transaction and one fsync. Each runs in a
 * savepoint of its own, so that a failing one does not affect the others.
 */
export const createCommit = (database: Database, measure: Measure = (_, run) => run()): Commit => {
  const attempt = createAttempt(database)
  let waiting: Waiting[] = []

  const flush = () => {
    const batch = waiting
    waiting = []
    const failures = new Map<Waiting, { error: unknown }>()
    try {
      measure(batch.length, () =>
        atOnce(
          database.transaction(function* () {
            for (const operation of batch) {
              const error = attempt(operation.run)
              if (error) failures.set(operation, error)
            }
          }),
        ),
      )
    } catch (error) {
      for (const operation of batch) operation.settle({ error: storageUnavailable(error) })
      return
    }
    for (const operation of batch) operation.settle(failures.get(operation))
  }

  return <T>(operation: () => Work<T>) =>
    new Promise<T>((resolve, reject) => {
      let result: T
      if (waiting.length === 0) setImmediate(flush)
      waiting.push({
        run: () => {
          result = atOnce(operation())
        },
        settle: (failed) => (failed ? reject(failed.error) : resolve(result)),
      })
    })
}

/** A storage error fails the whole batch: SQLite may have rolled back the other operations as well. */
const createAttempt = ({ sqlite, undone }: Database) => {
  const savepoint = sqlite.query('SAVEPOINT operation')
  const release = sqlite.query('RELEASE operation')
  const rollback = sqlite.query('ROLLBACK TO operation')

  return (operation: () => void) => {
    savepoint.run()
    try {
      operation()
    } catch (error) {
      if (isStorageTrouble(error)) throw error
      rollback.run()
      undone()
      return { error }
    } finally {
      if (sqlite.inTransaction) release.run()
    }
    return undefined
  }
}
