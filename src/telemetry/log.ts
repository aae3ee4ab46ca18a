import {
  configureSync,
  getAnsiColorFormatter,
  getJsonLinesFormatter,
  getLogger,
  type LogRecord,
} from '@logtape/logtape'
import type { Config } from '../config.ts'
import { visible } from '../visible.ts'
import { createJsonOf, type RequestLine, sentenceOf } from './request-line.ts'

type Facts = Record<string, unknown>

/** One line per event. `facts` hold ids and counts: never a key, a password, a body or a whole phone number. */
export interface Log {
  debug(message: string, facts?: Facts): void
  info(message: string, facts?: Facts): void
  warn(message: string, facts?: Facts): void
  error(message: string, facts?: Facts): void
  /** True where lines of this level are written, so that callers need not build the others. */
  writes(level: 'debug' | 'info'): boolean
  /** One line per request. */
  request(level: 'debug' | 'info', line: RequestLine): void
}

/** A log whose `always` writes at every level, such as the address of the server. */
export interface ServerLog extends Log {
  always(message: string, facts?: Facts): void
}

/** The most characters that wait for a slow reader. Lines beyond are dropped and counted. */
const unreadMost = 4 * 1024 * 1024

/**
 * Makes a log of finished lines: coloured for people, or one JSON object each. `unread` returns the number of
 * characters not taken yet.
 */
export const createLog = (
  { logFormat, logLevel }: Pick<Config, 'logFormat' | 'logLevel'>,
  out: (line: string) => void,
  unread: () => number = () => 0,
): ServerLog => {
  let dropped = 0
  const write = (line: string) => {
    if (unread() > unreadMost) dropped++
    else out(line)
    if (dropped === 0 || unread() > unreadMost) return
    const count = dropped
    dropped = 0
    log.warn('lines were not written, because nobody read them', { dropped: count })
  }
  const asJson = getJsonLinesFormatter({ properties: 'flatten' })
  const inColour = getAnsiColorFormatter({ category: () => '' })
  const format = (record: LogRecord) =>
    logFormat === 'json'
      ? visible(asJson(record))
      : inColour({ ...record, message: record.message.map(visiblePart) })
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
  const jsonOf = createJsonOf()
  const written = new Set((['debug', 'info'] as const).filter((level) => log.isEnabledFor(level)))
  const announcement = log.getChild('announcement')
  return {
    debug: (message, facts) => log.debug(message, facts),
    info: (message, facts) => log.info(message, facts),
    warn: (message, facts) => log.warn(message, facts),
    error: (message, facts) => log.error(message, facts),
    writes: (level) => written.has(level),
    request: (level, line) => {
      if (!written.has(level)) return
      // Written without LogTape, which takes ten microseconds per line, while a whole request takes eighteen.
      if (logFormat === 'json') write(jsonOf(level, line, Date.now()))
      else log[level](sentenceOf(line))
    },
    always: (message, facts) => announcement.info(message, facts),
  }
}

/** The text of a message, not what LogTape fills in, which it quotes itself. */
const visiblePart = (part: unknown) => (typeof part === 'string' ? visible(part) : part)

export const silentLog: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: () => {},
  writes: () => false,
  request: () => {},
}
