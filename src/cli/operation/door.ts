import type { Operation } from '../../operation/operation.ts'
import type { PerformOptions } from '../../operation/perform.ts'

/** The way of a command to the gate: in this process, over the data directory's socket, or over the network. */
export interface Door {
  perform(operation: Operation, input: unknown, options: PerformOptions): Promise<unknown>
  /** The consequence of an operation as a sentence; null without one. */
  preview(operation: Operation, input: unknown): Promise<string | null>
  /** Whether the operation with this id was done, asked after the connection broke; undefined where that is unknown. */
  wasDone?(operationId: string): Promise<boolean | undefined>
  close(): void | Promise<void>
}
