import { type Clock, systemClock } from '../clock.ts'
import { type Config, ConfigError, localUrl } from '../config.ts'
import { CommandError } from '../failures.ts'
import { prepareSetup } from '../people/setup.ts'
import { listenForMetrics } from '../http/metrics.ts'
import { Server } from './server.ts'
import { listening } from './place.ts'
import { serveSocket } from './socket.ts'
import { createServices, type Services } from '../wiring.ts'
import { DataDir } from '../data-dir/data-dir.ts'
import type { Log } from '../telemetry/log.ts'
import { run } from '../work.ts'

/** The longest that a stop waits for open requests. */
const drainMs = 8000

/** Starts serving. Resolves to the address, the setup link while there is no account, and the way to stop. */
export const startServer = async (config: Config, log: Log, clock: Clock = systemClock) => {
  const dataDir = new DataDir(config)
  const instance = crypto.randomUUID()
  const held = await lockPatiently(dataDir, instance)
  const undo = [held.unlock]
  const undoAll = () => {
    for (const step of undo.splice(0).toReversed()) step()
  }
  try {
    const database = dataDir.openServingDatabase()
    undo.push(() => database.close())
    const services = createServices({ config, dataDir, database, clock, log, instance })
    undo.push(() => services.halt())
    const metricsServer = openMetrics(services)
    undo.push(() => void metricsServer?.stop(true))
    const server = new Server(services, config, log)
    const url = localUrl(config, server.port)
    services.listening.url = url
    const socket = serveSocket(services, dataDir.path)
    undo.push(() => socket.remove())
    services.start()
    held.publish({ url, socket: socket.path })

    /** Answers the accepted requests within `drainMs`, then flushes everything to disk. */
    const stop = async () => {
      await Promise.race([Promise.all([drained(server, services), socket.close()]), Bun.sleep(drainMs)])
      await Promise.all([server.cut(), socket.cut()])
      undoAll()
    }
    const setupLink = await run(prepareSetup(services, config.publicUrl ?? url))
    return { url, setupLink, services, stop, reloadCertificate: () => server.reloadCertificate() }
  } catch (error) {
    undoAll()
    throw error
  }
}

/** The longest wait for the lock: commands that hold it end soon. */
const lockPatienceMs = 5000
const lockPauseMs = 20

/** Fails where another server holds the lock: an upgrade must stop the old server first. */
const lockPatiently = async (dataDir: DataDir, instance: string) => {
  const until = Date.now() + lockPatienceMs
  for (;;) {
    const held = dataDir.lock(instance)
    if (held) return held
    const holder = dataDir.holder()
    const isServer = holder !== null && holder !== 'unknown' && holder.url !== undefined
    if (isServer || Date.now() >= until) {
      const who = holder === null || holder === 'unknown' ? '' : ` (process ${holder.pid})`
      throw new CommandError(
        `Another callgate${who} uses the data directory ${dataDir.path}: two servers would each allow all requests. To upgrade or restart, stop that process first (kill -TERM ${holder === null || holder === 'unknown' ? 'PID' : holder.pid}), then start this one.`,
      )
    }
    await Bun.sleep(lockPauseMs)
  }
}

const openMetrics = (services: Services) => {
  const place = services.config.metricsAddress
  if (!place) return undefined
  try {
    return listening('CALLGATE_METRICS_ADDRESS', place, () => listenForMetrics(services))
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new CommandError(`Cannot listen on CALLGATE_METRICS_ADDRESS: ${(error as Error).message}`)
  }
}

const drained = async (server: Server, services: { rest(): Promise<void> }) => {
  await server.close()
  await services.rest()
}
