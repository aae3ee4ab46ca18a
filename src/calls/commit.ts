/** A transaction is a synchronous function: a promise would end it before its work is done. */
export type NotPromise<T> = T extends PromiseLike<unknown> ? never : T

/**
 * Runs `operation` inside a transaction and resolves once it is on disk. Rejects with the operation's own error, or with
 * `storage_unavailable`; either way nothing of it was kept.
 */
export type Commit = <T>(operation: () => NotPromise<T>) => Promise<T>
