import { statSync } from 'node:fs'
import type { BlockList } from 'node:net'
import { destinationProblem } from './outgoing/destination.ts'
import type { AllowPrivate } from './outgoing/private-destinations.ts'
import type { OidcSettings } from './people/oidc.ts'
import { type Read, schema } from './config/schema.ts'
import { givenBy, secrets, type Variables } from './config/variables.ts'

/** The configuration. Only this file reads the environment. */
export interface Config {
  host: string
  port: number
  dataDir: string
  /** The public address, without a trailing slash; null means the listening address. */
  publicUrl: string | null
  /** The certificate for https; null means http. */
  tls: TlsFiles | null
  /** The proxies whose forwarding headers are trusted; null means none. */
  trustedProxies: BlockList | null
  /** Rejects plain http. */
  requireHttps: boolean
  /** The idle timeout of a connection; 0 means none. */
  idleTimeoutSeconds: number
  requestsPerMinute: number
  concurrentCalls: number
  windowSeconds: number
  maxCallSeconds: number
  /** Encrypts credentials at rest; null means the secret in the data directory. */
  secret: string | null
  /** The OpenID Connect provider that people can sign in with; null for none. */
  oidc: OidcSettings | null
  /** The secret before a replacement; null where there is none. */
  previousSecret: string | null
  /** Where outgoing requests may go in private networks, on this machine, and over plain http. */
  allowPrivateDestinations: AllowPrivate
  /** The most concurrent outgoing requests, which is the runtime's own setting. */
  outgoingRequests: number
  /** Rows are removed after this many days; 0 means never. */
  keepDays: Record<'calls' | 'deliveries' | 'refusals' | 'usage' | 'audit', number>
  /** The only address of the metrics; null means the main one. */
  metricsAddress: { hostname: string; port: number } | null
  /** The bearer token of the metrics. */
  metricsToken: string | null
  /** The mail server, and the addresses of alert mails; null means none. */
  alertMail: AlertMail | null
  logLevel: 'debug' | 'info' | 'warning' | 'error'
  logFormat: 'pretty' | 'json'
}

export interface AlertMail {
  /** `smtp://` or `smtps://`, with user name and password. */
  url: string
  from: string
  to: string[]
}

export interface TlsFiles {
  certFile: string
  keyFile: string
}

/** A variable's value, and where it comes from. */
export interface Setting {
  name: string
  /** Null without a value and a default. A secret's value is never shown. */
  value: string | null
  source: 'default' | 'environment' | 'file'
}

/** All problems at once, each a sentence that names its variable. */
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
  const { values, problems } = givenBy(variables)
  const result = schema(isTerminal).safeParse(values)
  const issues = result.error?.issues ?? []
  problems.push(...issues.map(({ path, message }) => `${path.join('.')} ${message}.`))
  if ((values.CALLGATE_TLS_CERT === undefined) !== (values.CALLGATE_TLS_KEY === undefined))
    problems.push('Set both CALLGATE_TLS_CERT and CALLGATE_TLS_KEY, or neither.')
  const mailNames = ['CALLGATE_SMTP_URL', 'CALLGATE_ALERT_MAIL_FROM', 'CALLGATE_ALERT_MAIL_TO']
  const mailGiven = mailNames.filter((name) => values[name] !== undefined).length
  if (mailGiven > 0 && mailGiven < mailNames.length)
    problems.push(`Set all of ${mailNames.join(', ')}, or none of them.`)
  if (result.success && isSharedPlace(result.data))
    problems.push('CALLGATE_METRICS_ADDRESS is the address of the API. Choose another port.')
  if (result.success && isFile(result.data.CALLGATE_DATA_DIR))
    problems.push(`CALLGATE_DATA_DIR is a file, not a directory: ${result.data.CALLGATE_DATA_DIR}.`)
  if (result.success) problems.push(...oidcProblems(result.data))
  if (!result.success || problems.length > 0) throw new ConfigError(problems)
  const read = result.data
  return {
    host: read.CALLGATE_HOST,
    port: read.CALLGATE_PORT,
    dataDir: read.CALLGATE_DATA_DIR,
    publicUrl: read.CALLGATE_PUBLIC_URL ?? null,
    tls: tlsFiles(read),
    trustedProxies: read.CALLGATE_TRUSTED_PROXIES ?? null,
    requireHttps: read.CALLGATE_REQUIRE_HTTPS,
    idleTimeoutSeconds: read.CALLGATE_IDLE_TIMEOUT_SECONDS,
    requestsPerMinute: read.CALLGATE_REQUESTS_PER_MINUTE,
    concurrentCalls: read.CALLGATE_CONCURRENT_CALLS,
    windowSeconds: read.CALLGATE_WINDOW_SECONDS,
    maxCallSeconds: read.CALLGATE_MAX_CALL_SECONDS,
    secret: read.CALLGATE_SECRET ?? null,
    oidc: oidcSettings(read),
    previousSecret: read.CALLGATE_PREVIOUS_SECRET ?? null,
    allowPrivateDestinations: read.CALLGATE_ALLOW_PRIVATE_DESTINATIONS,
    outgoingRequests: read.BUN_CONFIG_MAX_HTTP_REQUESTS,
    keepDays: {
      calls: read.CALLGATE_KEEP_CALLS_DAYS,
      deliveries: read.CALLGATE_KEEP_DELIVERIES_DAYS,
      refusals: read.CALLGATE_KEEP_REFUSALS_DAYS,
      usage: read.CALLGATE_KEEP_USAGE_DAYS,
      audit: read.CALLGATE_KEEP_AUDIT_DAYS,
    },
    metricsAddress: read.CALLGATE_METRICS_ADDRESS ?? null,
    metricsToken: read.CALLGATE_METRICS_TOKEN ?? null,
    alertMail: alertMail(read),
    logLevel: read.CALLGATE_LOG_LEVEL,
    logFormat: read.CALLGATE_LOG_FORMAT,
  }
}

/** Every variable and its value, for people, and the names that look like ours and are not. */
export const explainConfig = (variables: Variables, isTerminal: boolean) => {
  const { values, fromFiles } = givenBy(variables)
  const { shape } = schema(isTerminal)
  const settings = Object.entries(shape).map(([name, kind]): Setting => {
    const given = values[name]
    const value = given ?? kind.safeParse(undefined).data
    return {
      name,
      value: value === undefined ? null : secrets.includes(name) ? '(hidden)' : String(value),
      source: fromFiles.has(name) ? 'file' : given === undefined ? 'default' : 'environment',
    }
  })
  const known = new Set([...Object.keys(shape), ...secrets.map((name) => `${name}_FILE`)])
  const unknown = Object.keys(values).filter((name) => name.startsWith('CALLGATE_') && !known.has(name))
  return { settings, unknown }
}

/** Listening on an unspecified address takes the port on every address. */
const isSharedPlace = ({
  CALLGATE_HOST: host,
  CALLGATE_PORT: port,
  CALLGATE_METRICS_ADDRESS: metrics,
}: Read) =>
  metrics !== undefined &&
  port !== 0 &&
  metrics.port === port &&
  (metrics.hostname === host || isUnspecified(host) || isUnspecified(metrics.hostname))

const isFile = (path: string) => {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}

const oidcSettings = (read: Read): OidcSettings | null => {
  const { CALLGATE_OIDC_ISSUER: issuer } = read
  const { CALLGATE_OIDC_CLIENT_ID: clientId, CALLGATE_OIDC_CLIENT_SECRET: clientSecret } = read
  if (issuer === undefined || clientId === undefined || clientSecret === undefined) return null
  return { issuer, clientId, clientSecret }
}

const oidcProblems = (read: Read): string[] => {
  const { CALLGATE_OIDC_ISSUER: issuer } = read
  const given = [issuer, read.CALLGATE_OIDC_CLIENT_ID, read.CALLGATE_OIDC_CLIENT_SECRET]
  if (given.every((value) => value === undefined)) return []
  if (issuer === undefined || given.includes(undefined))
    return [
      'Set CALLGATE_OIDC_ISSUER, CALLGATE_OIDC_CLIENT_ID and CALLGATE_OIDC_CLIENT_SECRET, or none of them.',
    ]
  const problem = destinationProblem(issuer, { allowPrivate: read.CALLGATE_ALLOW_PRIVATE_DESTINATIONS })
  return [
    ...(problem === undefined ? [] : [`CALLGATE_OIDC_ISSUER: ${problem}`]),
    ...(problem === undefined && new URL(issuer).search !== ''
      ? ['CALLGATE_OIDC_ISSUER must not have a query.']
      : []),
    ...(read.CALLGATE_PUBLIC_URL === undefined
      ? ['CALLGATE_OIDC_ISSUER needs CALLGATE_PUBLIC_URL, because the provider sends people back to it.']
      : []),
  ]
}

const tlsFiles = ({ CALLGATE_TLS_CERT: certFile, CALLGATE_TLS_KEY: keyFile }: Read) =>
  certFile === undefined || keyFile === undefined ? null : { certFile, keyFile }

const alertMail = ({
  CALLGATE_SMTP_URL: url,
  CALLGATE_ALERT_MAIL_FROM: [from] = [],
  CALLGATE_ALERT_MAIL_TO: to,
}: Read): AlertMail | null =>
  url === undefined || from === undefined || to === undefined ? null : { url, from, to }

/** True where people always use https, so that cookies can be limited to it. */
export const isSecure = ({
  publicUrl,
  tls,
  requireHttps,
}: Pick<Config, 'publicUrl' | 'tls' | 'requireHttps'>) =>
  requireHttps || tls !== null || publicUrl?.startsWith('https:') === true

/** The address of a server with this configuration on this machine. */
export const localUrl = ({ host, tls }: Pick<Config, 'host' | 'tls'>, port: number) =>
  `${tls ? 'https' : 'http'}://${reachableHost(host)}:${port}`

/** A listening host as it is written in a URL that works on this machine. */
const reachableHost = (host: string) => {
  if (isUnspecified(host)) return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

const isUnspecified = (host: string) => host === '0.0.0.0' || host === '::'
