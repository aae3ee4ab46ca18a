import { configureSync, getAnsiColorFormatter, getJsonLinesFormatter, getLogger } from '@logtape/logtape'
import type { Config } from '../config.ts'

type Facts = Record<string, unknown>

/** One line an event. `facts` carry ids and counts: never a key, a password, a body or a whole phone number. */
export interface Log {
  debug(message: string, facts?: Facts): void
  info(message: string, facts?: Facts): void
  warn(message: string, facts?: Facts): void
  error(message: string, facts?: Facts): void
}

/** A log that can also say what has to be said at every level, such as where the server listens. */
export interface ServerLog extends Log {
  announce(message: string, facts?: Facts): void
}

/** A log that writes finished lines: coloured for people, or one JSON object each. */
export const createLog = (
  { logFormat, logLevel }: Pick<Config, 'logFormat' | 'logLevel'>,
  write: (line: string) => void,
): ServerLog => {
  const format =
    logFormat === 'json'
      ? getJsonLinesFormatter({ properties: 'flatten' })
      : getAnsiColorFormatter({ category: () => '' })
  configureSync({
    reset: true,
    sinks: { out: (record) => write(format(record)) },
    loggers: [
      { category: 'callgate', sinks: ['out'], lowestLevel: logLevel },
      {
        category: ['callgate', 'announcement'],
        sinks: ['out'],
        parentSinks: 'override',
        lowestLevel: 'info',
      },
      { category: ['logtape', 'meta'], lowestLevel: 'fatal' },
    ],
  })
  const log = getLogger('callgate')
  const announcement = log.getChild('announcement')
  return {
    debug: (message, facts) => log.debug(message, facts),
    info: (message, facts) => log.info(message, facts),
    warn: (message, facts) => log.warn(message, facts),
    error: (message, facts) => log.error(message, facts),
    announce: (message, facts) => announcement.info(message, facts),
  }
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
