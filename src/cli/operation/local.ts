import { systemClock } from '../../clock.ts'
import { Refusal } from '../../failures.ts'
import { commandLineActor } from '../../people/actor.ts'
import { createServices } from '../../services.ts'
import type { DataDir } from '../../storage/data-dir.ts'
import { silentLog } from '../../telemetry/log.ts'
import { configOf, existingDataDir, type Io } from '../io.ts'
import type { Door } from './door.ts'
import { remoteDoor } from './remote.ts'

/** How long a command waits for a server that is starting or stopping, or for another command. */
const patienceMs = 5000
const pauseMs = 20

/** To the data directory: through the server that holds its lock, or in this process, which then holds it. */
export const localDoor = async (io: Io): Promise<Door> => {
  const dataDir = existingDataDir(io)
  const until = Date.now() + patienceMs
  do {
    const held = dataDir.lock()
    if (held) return ownDoor(io, dataDir, held.unlock)
    const holder = dataDir.holder()
    if (holder !== null && holder !== 'unknown' && holder.socket !== undefined)
      return remoteDoor({ url: 'http://localhost', unix: holder.socket })
    await Bun.sleep(pauseMs)
  } while (Date.now() < until)
  throw new Refusal(
    `Another callgate uses the data directory ${dataDir.path} and cannot be reached. Look for it with: callgate doctor`,
    'unreachable',
  )
}

const ownDoor = (io: Io, dataDir: DataDir, unlock: () => void): Door => {
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
    return {
      perform: (operation, input, agreed) => services.perform(operation, input, commandLineActor, agreed),
      preview: async (operation, input) =>
        services.perform.preview(operation, input, commandLineActor) ?? null,
      close,
    }
  } catch (error) {
    close()
    throw error
  }
}
