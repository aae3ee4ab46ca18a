import * as client from 'openid-client'
import type { Clock } from '../clock.ts'
import type { Send } from '../outgoing/send.ts'
import { normalEmail } from './email.ts'

/** An OpenID Connect provider, and how it knows us. */
export interface OidcSettings {
  issuer: string
  clientId: string
  clientSecret: string
}

/** Kept by the browser between leaving for the provider and coming back. */
export interface PendingSignIn {
  state: string
  nonce: string
  codeVerifier: string
}

/** `unavailable`: the provider could not be asked. `rejected`: it confirmed nobody, or its answer was not valid. */
export type OidcProblem = 'unavailable' | 'rejected' | 'unverified'

interface OidcDeps {
  settings: OidcSettings
  send: Send
  clock: Pick<Clock, 'monotonic'>
  log: { warn(message: string, facts?: Record<string, unknown>): void }
}

const timeoutMs = 10_000
const answerBytesMost = 256 * 1024
/** The provider's description of itself may be this old. Its keys are read again whenever one is unknown. */
const discoveredForMs = 60 * 60_000
const toleranceSeconds = 30
const reasonMost = 200

/**
 * Signs people in by the authorization code flow of OpenID Connect, with PKCE, state and nonce. Only a verified e-mail
 * address counts; it never creates an account.
 */
export class Oidc {
  readonly #deps: OidcDeps
  #discovered: { config: client.Configuration; until: number } | undefined

  constructor(deps: OidcDeps) {
    this.#deps = deps
  }

  /** The address of the provider to send the browser to. */
  async begin(
    redirectUri: string,
  ): Promise<{ url: string; pending: PendingSignIn; problem?: undefined } | { problem: OidcProblem }> {
    return this.#orProblem(async () => {
      const config = await this.#discover()
      const codeVerifier = client.randomPKCECodeVerifier()
      const pending = { state: client.randomState(), nonce: client.randomNonce(), codeVerifier }
      const { href } = client.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: 'openid email',
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      })
      return { url: href, pending }
    })
  }

  /** The e-mail address that the provider has verified. `returned` is the redirect address as the browser came to it. */
  async finish(
    returned: URL,
    { state, nonce, codeVerifier }: PendingSignIn,
  ): Promise<{ email: string; problem?: undefined } | { problem: OidcProblem }> {
    return this.#orProblem(async () => {
      const config = await this.#discover()
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier }
      const tokens = await client.authorizationCodeGrant(config, returned, checks)
      const claims = tokens.claims()
      if (!claims) return { problem: 'rejected' as const }
      const { email, email_verified: isVerified } =
        claims.email === undefined && config.serverMetadata().userinfo_endpoint !== undefined
          ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
          : claims
      if (typeof email !== 'string' || isVerified !== true) return { problem: 'unverified' as const }
      return { email: normalEmail(email) }
    })
  }

  /** Asks the provider for its description. Throws, with the reason, where it cannot be used. */
  async check() {
    await this.#discover()
  }

  async #discover() {
    const { clock, send, settings } = this.#deps
    const now = clock.monotonic()
    if (this.#discovered && this.#discovered.until > now) return this.#discovered.config
    const { issuer, clientId, clientSecret } = settings
    const url = new URL(issuer)
    const metadata = { client_secret: clientSecret, [client.clockTolerance]: toleranceSeconds }
    const config = await client
      .discovery(url, clientId, metadata, authenticateWith(clientSecret), {
        [client.customFetch]: fetchThrough(send),
        // `destinationProblem` allows plain http to private destinations only.
        execute: [
          client.enableNonRepudiationChecks,
          ...(url.protocol === 'http:' ? [client.allowInsecureRequests] : []),
        ],
      })
      .catch((error: unknown) => {
        throw new Unavailable('the provider does not describe itself', { cause: error })
      })
    this.#discovered = { config, until: now + discoveredForMs }
    return config
  }

  async #orProblem<T>(work: () => Promise<T>): Promise<T | { problem: OidcProblem }> {
    try {
      return await work()
    } catch (error) {
      this.#deps.log.warn('signing in with OpenID Connect failed', { reason: reasonOf(error) })
      return { problem: isUnavailable(error) ? 'unavailable' : 'rejected' }
    }
  }
}

/** The way of the two that the provider names; without a word it takes HTTP Basic (OpenID Connect Discovery 1.0 §3). */
const authenticateWith = (secret: string): client.ClientAuth => {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)]
  return (server, ...request) => {
    const ways = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const way = ways.includes('client_secret_basic') ? basic : post
    return way(server, ...request)
  }
}

/** The provider could not be asked, or cannot be used. */
class Unavailable extends Error {}

/** The library's requests by the only way out, which checks addresses and follows no redirect. */
const fetchThrough =
  (send: Send): client.CustomFetch =>
  async (url, { method, headers, body }) => {
    const result = await send(url, {
      method: method === 'POST' ? 'POST' : 'GET',
      headers,
      body: body === undefined || body === null ? undefined : String(body),
      timeoutMs,
      limitBytes: answerBytesMost,
      beyondLimit: 'lost',
    })
    if (result.kind !== 'answered') throw new Unavailable(`${new URL(url).host} ${result.reason}`)
    const { status, headers: answered } = result
    return new Response(result.body.byteLength === 0 ? null : Buffer.from(result.body), {
      status,
      headers: answered,
    })
  }

const isUnavailable = (error: unknown): boolean =>
  error instanceof Unavailable || (error instanceof Error && isUnavailable(error.cause))

/** The innermost reason. The library's messages name claims and endpoints, and repeat no token. */
export const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'unknown'
  if (error.cause instanceof Error) return reasonOf(error.cause)
  return error.message.slice(0, reasonMost)
}
