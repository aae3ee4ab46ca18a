import { CommandError } from '../../failures.ts'
import type { Io } from '../io.ts'
import type { Door } from './door.ts'
import { localDoor } from './local.ts'
import { remoteDoor } from './remote.ts'

/** Chooses the way of a command: `server`, else CALLGATE_SERVER, else the data directory. */
export const openDoor = async (io: Io, server: string | undefined): Promise<Door> => {
  const { CALLGATE_SERVER, CALLGATE_ADMIN_TOKEN: token } = io.env
  const url = server ?? (CALLGATE_SERVER || undefined)
  if (url === undefined) return localDoor(io)
  if (!token) throw new CommandError('Set CALLGATE_ADMIN_TOKEN to an admin token of that server.')
  const origin = URL.parse(url)
  if (!origin || !/^https?:$/.test(origin.protocol))
    throw new CommandError('The server must be an http or https address, such as https://calls.example.com.')
  return remoteDoor({ url: origin.origin, token })
}
