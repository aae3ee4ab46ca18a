import http from 'node:http'
import { createApp } from './app.ts'
import { systemClock } from './clock.ts'
import { type Config, localUrl } from './config.ts'
import { Refusal } from './failures.ts'
import { prepareSetup } from './http/admin/setup.ts'
import { createServices } from './services.ts'
import { DataDir } from './storage/data-dir.ts'
import type { Log } from './telemetry/log.ts'

/** Above it Bun answers a bare 431; below it every refusal is ours to word. */
const maxHeaderBytes = 64 * 1024
/** How long a stop waits for what is under way. */
const drainMs = 8000

/** Starts serving; resolves to the address, the setup link while there is nobody, and the way to stop. */
export const startServer = async (config: Config, log: Log) => {
  const dataDir = new DataDir(config)
  const unlock = dataDir.lock()
  if (!unlock) throw new Refusal(`Another callgate is serving the data directory ${config.dataDir}.`)
  const undo = [unlock]
  const undoAll = () => {
    for (const step of undo.splice(0).toReversed()) step()
  }
  try {
    const database = dataDir.openServingDatabase()
    undo.push(() => database.close())
    const services = createServices({ config, dataDir, database, clock: systemClock, log })
    undo.push(() => services.halt())
    const app = listen(services, config)
    const url = localUrl(config, app.server?.port ?? config.port)
    services.listening.url = url
    services.reconciler.start()

    /** Answers what was accepted, as far as that ends in time, and leaves the disk as a restart wants to find it. */
    const stop = async () => {
      services.reconciler.stop()
      await Promise.race([drained(app, services.dispatcher), Bun.sleep(drainMs)])
      if (app.server) await app.stop(true)
      undoAll()
    }
    return { url, setupLink: prepareSetup(services, config.publicUrl ?? url), services, stop }
  } catch (error) {
    undoAll()
    throw error
  }
}

const listen = (services: Parameters<typeof createApp>[0], { host: hostname, port }: Config) => {
  Object.assign(http, { maxHeaderSize: maxHeaderBytes })
  return createApp(services).listen({
    hostname,
    port,
    // Elysia's default would let a second server share the port, and each would answer half of the requests.
    reusePort: false,
    // Bodies are capped where they are read; Bun's own limit would answer a bare 413, and drops what nobody reads.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  })
}

const drained = async (app: ReturnType<typeof listen>, dispatcher: { idle(): Promise<void> }) => {
  await app.stop()
  await dispatcher.idle()
}
