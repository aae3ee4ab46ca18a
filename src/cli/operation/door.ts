import { Refusal } from '../../failures.ts'
import type { Operation } from '../../operation/operation.ts'
import type { PerformOptions } from '../../operation/perform.ts'
import type { Io } from '../io.ts'
import { localDoor } from './local.ts'
import { remoteDoor } from './remote.ts'

/** How a command reaches the gate: inside this process, over the data directory's socket, or from another machine. */
export interface Door {
  perform(operation: Operation, input: unknown, options: PerformOptions): Promise<unknown>
  /** What would stop working, as a sentence; null where nothing does. */
  preview(operation: Operation, input: unknown): Promise<string | null>
  /** Whether the operation of this name was done, asked after the server went away; undefined where that is not known. */
  wasDone?(operationId: string): Promise<boolean | undefined>
  close(): void | Promise<void>
}

/** The door of a command: to `server`, else to CALLGATE_SERVER, else to the data directory. */
export const openDoor = async (io: Io, server: string | undefined): Promise<Door> => {
  const { CALLGATE_SERVER, CALLGATE_ADMIN_TOKEN: token } = io.env
  const url = server ?? (CALLGATE_SERVER || undefined)
  if (url === undefined) return localDoor(io)
  if (!token) throw new Refusal('Set CALLGATE_ADMIN_TOKEN to an admin token of that server.')
  const origin = URL.parse(url)
  if (!origin || !/^https?:$/.test(origin.protocol))
    throw new Refusal('The server must be an http or https address, such as https://calls.example.com.')
  return remoteDoor({ url: origin.origin, token })
}
