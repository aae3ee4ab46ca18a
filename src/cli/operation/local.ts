import { existsSync } from 'node:fs'
import { systemClock } from '../../clock.ts'
import { CommandError } from '../../failures.ts'
import { commandLineAs } from '../../people/actor.ts'
import { createServices } from '../../wiring.ts'
import type { DataDir } from '../../data-dir/data-dir.ts'
import { userOfCommand } from '../../user.ts'
import { silentLog } from '../../telemetry/log.ts'
import { configOf, existingDataDir, type Io } from '../io.ts'
import type { Door } from './door.ts'
import { remoteDoor } from './remote.ts'
import { run } from '../../work.ts'

/** The longest wait for a server that is starting or stopping, or for another command. */
const patienceMs = 5000
const pauseMs = 20

/** Works on the data directory: through the server that holds its lock, or in this process, which then holds it. */
export const localDoor = async (io: Io): Promise<Door> => {
  const reached = await reach(io)
  if (!('socket' in reached)) return ownDoor(io, reached)
  const user = userOfCommand(io.env)
  const door = remoteDoor({ url: 'http://localhost', local: { socket: reached.socket, user } })
  return { ...door, wasDone: (operationId) => wasDone(io, reached.instance, operationId) }
}

interface Held {
  dataDir: DataDir
  unlock: () => void
}

const reach = async (io: Io): Promise<Held | { socket: string; instance: string }> => {
  const dataDir = existingDataDir(io)
  const until = Date.now() + patienceMs
  do {
    const held = dataDir.lock()
    if (held) return { dataDir, unlock: held.unlock }
    const holder = dataDir.holder()
    if (holder !== null && holder !== 'unknown' && holder.socket !== undefined && existsSync(holder.socket))
      return { socket: holder.socket, instance: holder.instance }
    await Bun.sleep(pauseMs)
  } while (Date.now() < until)
  throw new CommandError(
    `Another callgate process uses the data directory ${dataDir.path} and cannot be reached. To find it, run: callgate doctor`,
    'unreachable',
  )
}

/**
 * Whether a server that went away had done the operation: the database says so once that process is gone. Undefined
 * while it may still be running. Reading needs no lock.
 */
const wasDone = async (io: Io, instance: string, operationId: string) => {
  const dataDir = existingDataDir(io)
  const until = Date.now() + patienceMs
  const isThere = () => {
    const holder = dataDir.holder()
    return holder === 'unknown' || holder?.instance === instance
  }
  while (isThere()) {
    if (Date.now() >= until) return undefined
    await Bun.sleep(pauseMs)
  }
  using stores = dataDir.openStores()
  return await run(stores.audit.hasOperation(operationId))
}

const ownDoor = (io: Io, { dataDir, unlock }: Held): Door => {
  const undo = [unlock]
  const close = () => {
    for (const step of undo.splice(0).toReversed()) step()
  }
  try {
    const config = configOf(io)
    const database = dataDir.openDatabase()
    undo.push(() => database.close())
    const services = createServices({ config, dataDir, database, clock: systemClock, log: silentLog })
    undo.push(() => services.halt())
    const actor = commandLineAs(userOfCommand(io.env))
    return {
      perform: (operation, input, options) => services.perform(operation, input, actor, options),
      preview: async (operation, input) => (await services.perform.preview(operation, input, actor)) ?? null,
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}
