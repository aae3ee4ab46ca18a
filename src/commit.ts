import type { Work } from './work.ts'

/**
 * Runs `operation` inside a transaction and resolves once it is on disk. Rejects with the operation's own error, and then
 * nothing of it was kept; or with `storage_unavailable`, and then nothing of it is seen by this process. A disk that failed
 * in the middle of the commit may still show it after a crash.
 */
export type Commit = <T>(operation: () => Work<T>) => Promise<T>
