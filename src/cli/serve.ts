import { defineCommand } from 'citty'
import { configWarnings } from '../config/warnings.ts'
import { setupMinutes } from '../people/setup.ts'
import { startServer } from '../server/start.ts'
import { createLog } from '../telemetry/log.ts'
import { configOf, type Io, json } from './io.ts'
import { setupBanner } from './setup-banner.ts'

export const serve = (io: Io) =>
  defineCommand({
    meta: { name: 'serve', description: 'Start the server, with the API and the dashboard' },
    args: json,
    run: async ({ args }) => {
      const config = { ...configOf(io), ...(args.json ? { logFormat: 'json' as const } : {}) }
      const log = createLog(config, io.out, io.unread)
      const { url, setupLink, stop, reloadCertificate } = await startServer(config, log)
      const asked = stopSignal()
      // On a terminal without a certificate, SIGHUP keeps its default: closing the terminal stops the server.
      if (config.tls || !io.isTerminal) process.on('SIGHUP', reloadCertificate)
      log.always(`listening on ${url}`, { event: 'listening', url })
      for (const { name, says } of configWarnings(config)) log.warn(`${name}: ${says}`, { setting: name })
      if (setupLink && config.logFormat === 'pretty') io.out(setupBanner(setupLink, Date.now()))
      else if (setupLink)
        log.always(
          `create your account within ${setupMinutes} minutes (for a new link, run "callgate person setup"): ${setupLink}`,
          { event: 'setup', url: setupLink },
        )
      const signal = await asked
      log.info(`stopping on ${signal}`, { event: 'stopping', signal })
      await stop()
      io.limitDrain?.(readerPatienceMs)
    },
  })

/** The longest wait for the log's reader at the end: whoever stops the server waits too. */
const readerPatienceMs = 1000

const stopSignals = ['SIGINT', 'SIGTERM'] as const

/** Resolves to the signal that stops the process; a second one of either kind ends it at once. */
export const stopSignal = () =>
  new Promise<string>((resolve) => {
    const stop = (signal: string) => {
      for (const each of stopSignals) process.off(each, stop)
      resolve(signal)
    }
    for (const each of stopSignals) process.on(each, stop)
  })
