import type { Operation } from '../../operation/operation.ts'
import type { PerformOptions } from '../../operation/perform.ts'

/** How a command reaches the gate: inside this process, over the data directory's socket, or from another machine. */
export interface Door {
  perform(operation: Operation, input: unknown, options: PerformOptions): Promise<unknown>
  /** What would stop working, as a sentence; null where nothing does. */
  preview(operation: Operation, input: unknown): Promise<string | null>
  /** Whether the operation of this name was done, asked after the server went away; undefined where that is not known. */
  wasDone?(operationId: string): Promise<boolean | undefined>
  close(): void | Promise<void>
}
