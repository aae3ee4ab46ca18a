import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** What the process needs to know of the world around it. Only this file reads the environment. */
export interface Config {
  host: string
  port: number
  dataDir: string
  /** Where people and providers reach this server; null means: where it listens. Never ends in a slash. */
  publicUrl: string | null
  requestsPerMinute: number
  concurrentCalls: number
  windowSeconds: number
  maxCallSeconds: number
  /** Seals credentials at rest; null means: the one in the data directory. */
  secret: string | null
  /** Whether this machine and its networks may be called, and plain http. */
  allowPrivateDestinations: boolean
  logLevel: 'debug' | 'info' | 'warning' | 'error'
  logFormat: 'pretty' | 'json'
}

type Variables = Record<string, string | undefined>

/** How a host to listen on is written in a URL that works on this machine. */
export const reachableHost = (host: string) => {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

/** Every problem at once, each a sentence that names its variable. */
export class ConfigError extends Error {
  constructor(readonly problems: string[]) {
    super(problems.join('\n'))
  }
}

/** Reads the configuration from environment variables. Throws `ConfigError`. */
export const readConfig = (
  variables: Variables = process.env,
  isTerminal = process.stdout.isTTY === true,
): Config => {
  const given = withFiles(Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== '')))
  const result = schema(isTerminal).safeParse(given)
  if (!result.success)
    throw new ConfigError(result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}.`))
  const read = result.data
  return {
    host: read.CALLGATE_HOST,
    port: read.CALLGATE_PORT,
    dataDir: read.CALLGATE_DATA_DIR,
    publicUrl: read.CALLGATE_PUBLIC_URL ?? null,
    requestsPerMinute: read.CALLGATE_REQUESTS_PER_MINUTE,
    concurrentCalls: read.CALLGATE_CONCURRENT_CALLS,
    windowSeconds: read.CALLGATE_WINDOW_SECONDS,
    maxCallSeconds: read.CALLGATE_MAX_CALL_SECONDS,
    secret: read.CALLGATE_SECRET ?? null,
    allowPrivateDestinations: read.CALLGATE_ALLOW_PRIVATE_DESTINATIONS === 'true',
    logLevel: read.CALLGATE_LOG_LEVEL,
    logFormat: read.CALLGATE_LOG_FORMAT,
  }
}

const secretLeast = 32
/** Variables whose `…_FILE` twin names a file to read them from, as container secrets come. */
const fromFiles = ['CALLGATE_SECRET']

const withFiles = (variables: Variables): Variables => {
  const read = { ...variables }
  for (const name of fromFiles) {
    const file = variables[`${name}_FILE`]
    if (file === undefined) continue
    if (variables[name] !== undefined)
      throw new ConfigError([`${name} and ${name}_FILE are both set; one is enough.`])
    try {
      read[name] = readFileSync(file, 'utf8').trim()
    } catch {
      throw new ConfigError([`${name}_FILE names a file that cannot be read: ${file}.`])
    }
  }
  return read
}

const schema = (isTerminal: boolean) =>
  z.object({
    CALLGATE_HOST: z.string().default('127.0.0.1'),
    CALLGATE_PORT: wholeNumber(0, 65_535).default(3000),
    CALLGATE_DATA_DIR: z.string().default('./data'),
    CALLGATE_PUBLIC_URL: webAddress().optional(),
    CALLGATE_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000).default(100),
    CALLGATE_CONCURRENT_CALLS: wholeNumber(1, 1_000_000).default(10),
    CALLGATE_WINDOW_SECONDS: wholeNumber(1, 3600).default(60),
    CALLGATE_MAX_CALL_SECONDS: wholeNumber(1, 86_400).default(3600),
    CALLGATE_SECRET: z.string().min(secretLeast, `must have at least ${secretLeast} characters`).optional(),
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: choice('true', 'false').default('false'),
    CALLGATE_LOG_LEVEL: choice('debug', 'info', 'warning', 'error').default('info'),
    CALLGATE_LOG_FORMAT: choice('pretty', 'json').default(isTerminal ? 'pretty' : 'json'),
  })

const wholeNumber = (least: number, most: number) => {
  const error = `must be a whole number from ${least} to ${most}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .refine((number) => number >= least && number <= most, error)
}

const choice = <const T extends string>(...values: T[]) =>
  z.enum(values, { error: `must be one of ${values.join(', ')}` })

const webAddress = () =>
  z
    .url({
      protocol: /^https?$/,
      error: 'must be an http or https address, for example https://calls.example.com',
      abort: true,
    })
    .refine(
      (url) => isOrigin(new URL(url)),
      'must be an address alone, without a path, a query or a password',
    )
    .transform((url) => new URL(url).origin)

const isOrigin = ({ pathname, search, hash, username, password }: URL) =>
  pathname === '/' && search + hash + username + password === ''
