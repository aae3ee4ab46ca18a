import { z } from 'zod'
import {
  choice,
  flag,
  hostName,
  mailboxes,
  mailServer,
  networks,
  place,
  privateDestinations,
  webAddress,
  wholeNumber,
} from './kinds.ts'

const secretLeast = 32
const mailboxesMost = 20
const secret = () => z.string().min(secretLeast, `must have at least ${secretLeast} characters`)

const days = (preset: number) => wholeNumber(0, 36_500).default(preset)

/** The variables, with their defaults. */
export const schema = (isTerminal: boolean) =>
  z.object({
    CALLGATE_HOST: hostName().default('127.0.0.1'),
    CALLGATE_PORT: wholeNumber(0, 65_535).default(3000),
    CALLGATE_DATA_DIR: z.string().default('./data'),
    CALLGATE_PUBLIC_URL: webAddress().optional(),
    CALLGATE_TLS_CERT: z.string().optional(),
    CALLGATE_TLS_KEY: z.string().optional(),
    CALLGATE_TRUSTED_PROXIES: networks().optional(),
    CALLGATE_REQUIRE_HTTPS: flag().default(false),
    // Longer than the usual reverse proxies keep one (60 to 120 s); Bun counts to 255.
    CALLGATE_IDLE_TIMEOUT_SECONDS: wholeNumber(0, 255).default(180),
    CALLGATE_REQUESTS_PER_MINUTE: wholeNumber(1, 1_000_000).default(100),
    CALLGATE_CONCURRENT_CALLS: wholeNumber(1, 1_000_000).default(10),
    CALLGATE_WINDOW_SECONDS: wholeNumber(1, 3600).default(60),
    CALLGATE_MAX_CALL_SECONDS: wholeNumber(1, 86_400).default(3600),
    CALLGATE_SECRET: secret().optional(),
    CALLGATE_PREVIOUS_SECRET: secret().optional(),
    CALLGATE_OIDC_ISSUER: z.string().optional(),
    CALLGATE_OIDC_CLIENT_ID: z.string().optional(),
    CALLGATE_OIDC_CLIENT_SECRET: z.string().optional(),
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: privateDestinations().default(false),
    BUN_CONFIG_MAX_HTTP_REQUESTS: wholeNumber(16, 65_335).default(256),
    CALLGATE_KEEP_CALLS_DAYS: days(365),
    CALLGATE_KEEP_DELIVERIES_DAYS: days(30),
    CALLGATE_KEEP_REFUSALS_DAYS: days(30),
    CALLGATE_KEEP_USAGE_DAYS: days(30),
    CALLGATE_KEEP_AUDIT_DAYS: days(730),
    CALLGATE_METRICS_ADDRESS: place().optional(),
    CALLGATE_METRICS_TOKEN: z
      .string()
      .regex(/^[\x21-\x7e]{16,}$/, 'must have at least 16 characters, none of them a space')
      .optional(),
    CALLGATE_SMTP_URL: mailServer().optional(),
    CALLGATE_ALERT_MAIL_FROM: mailboxes(1).optional(),
    CALLGATE_ALERT_MAIL_TO: mailboxes(mailboxesMost).optional(),
    CALLGATE_LOG_LEVEL: choice('debug', 'info', 'warning', 'error').default('info'),
    CALLGATE_LOG_FORMAT: choice('pretty', 'json').default(isTerminal ? 'pretty' : 'json'),
  })

export type Read = z.infer<ReturnType<typeof schema>>
