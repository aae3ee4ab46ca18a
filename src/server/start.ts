import { type Clock, systemClock } from '../clock.ts'
import { type Config, ConfigError, localUrl } from '../config.ts'
import { Refusal } from '../failures.ts'
import { prepareSetup } from '../people/setup.ts'
import { listenForMetrics } from '../http/metrics.ts'
import { Listener } from './listener.ts'
import { listening } from './place.ts'
import { serveSocket } from './socket.ts'
import { createServices, type Services } from '../services.ts'
import { DataDir } from '../storage/data-dir.ts'
import type { Log } from '../telemetry/log.ts'

/** How long a stop waits for what is under way. */
const drainMs = 8000

/** Starts serving; resolves to the address, the setup link while there is nobody, and the way to stop. */
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
    const metricsListener = openMetrics(services)
    undo.push(() => void metricsListener?.stop(true))
    const listener = new Listener(services, config, log)
    const url = localUrl(config, listener.port)
    services.listening.url = url
    const socket = serveSocket(services, dataDir.path)
    undo.push(() => socket.remove())
    services.start()
    held.publish({ url, socket: socket.path })

    /** Answers what was accepted, as far as that ends in time, and leaves the disk as a restart wants to find it. */
    const stop = async () => {
      await Promise.race([drained(listener, services), Bun.sleep(drainMs)])
      await Promise.all([listener.cut(), socket.stop()])
      undoAll()
    }
    const setupLink = prepareSetup(services, config.publicUrl ?? url)
    return { url, setupLink, services, stop, reloadCertificate: () => listener.reloadCertificate() }
  } catch (error) {
    undoAll()
    throw error
  }
}

/** How long a start waits for a command that works on the directory itself: those are over soon. */
const lockPatienceMs = 5000
const lockPauseMs = 20

/** An upgrade while the old server runs is refused: it has to stop first. */
const lockPatiently = async (dataDir: DataDir, instance: string) => {
  const until = Date.now() + lockPatienceMs
  for (;;) {
    const held = dataDir.lock(instance)
    if (held) return held
    const holder = dataDir.holder()
    const isServer = holder !== null && holder !== 'unknown' && holder.url !== undefined
    if (isServer || Date.now() >= until) {
      const who = holder === null || holder === 'unknown' ? '' : ` (process ${holder.pid})`
      throw new Refusal(
        `Another callgate${who} uses the data directory ${dataDir.path}. Stop it first: two servers would each allow all requests.`,
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
    throw new Refusal(`Cannot listen on CALLGATE_METRICS_ADDRESS: ${(error as Error).message}`)
  }
}

const drained = async (listener: Listener, services: { rest(): Promise<void> }) => {
  await listener.close()
  await services.rest()
}
