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

/** A log that writes finished lines: coloured for people, or one JSON object each. */
export const createLog = (
  { logFormat, logLevel }: Pick<Config, 'logFormat' | 'logLevel'>,
  write: (line: string) => void,
): Log => {
  const format =
    logFormat === 'json'
      ? getJsonLinesFormatter({ properties: 'flatten' })
      : getAnsiColorFormatter({ category: () => '' })
  configureSync({
    reset: true,
    sinks: { out: (record) => write(format(record)) },
    loggers: [
      { category: 'callgate', sinks: ['out'], lowestLevel: logLevel },
      { category: ['logtape', 'meta'], lowestLevel: 'fatal' },
    ],
  })
  return getLogger('callgate')
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
