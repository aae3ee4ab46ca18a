import http from 'node:http'
import { createApp } from '../app.ts'
import { type Config, ConfigError } from '../config.ts'
import { listening } from './place.ts'
import type { Services } from '../wiring.ts'
import type { Log } from '../telemetry/log.ts'
import { type Certificate, readCertificate } from './certificate.ts'

/** Above this Bun responds with a bare 431; below it every error is ours. */
const maxHeaderBytes = 64 * 1024

interface Place {
  hostname: string
  port: number
}

/**
 * Only with forward secrecy (RFC 9325 §4.2). TLS before 1.2 has none of these, and the suites of TLS 1.3, which are not
 * chosen from, all have it.
 */
const tlsCiphers = 'ECDHE+AESGCM:ECDHE+CHACHA20'

/** The listening socket: http, or https with a certificate that can be replaced while it serves. */
export class Server {
  readonly #services: Services
  readonly #place: Place
  readonly #tls: Config['tls']
  readonly #log: Log
  /** Sockets with an older certificate, which answer their open requests and accept no more. */
  readonly #retiring = new Set<ReturnType<typeof listen>>()
  #current: ReturnType<typeof listen>

  /** Throws `ConfigError` for an invalid certificate or address, and Bun's error for a port in use. */
  constructor(services: Services, { host, port, tls }: Config, log: Log) {
    this.#services = services
    this.#tls = tls
    this.#log = log
    const certificate = tls && readCertificate(tls)
    // The old and the new socket share their port for a moment, so no other process may have it before.
    const place = { hostname: host, port }
    this.#current = listening('CALLGATE_HOST', place, () => {
      if (certificate && port !== 0) requireFree(place)
      return listen(services, place, certificate)
    })
    this.#place = { hostname: host, port: this.#current.server?.port ?? port }
  }

  get port() {
    return this.#place.port
  }

  /** Reads the certificate again. An invalid one is logged and changes nothing; open requests are answered. */
  reloadCertificate() {
    if (!this.#tls) return this.#log.warn('there is no certificate to read again')
    try {
      const certificate = readCertificate(this.#tls)
      const before = this.#current
      this.#current = listen(this.#services, this.#place, certificate)
      this.#retiring.add(before)
      void before.stop().finally(() => this.#retiring.delete(before))
      this.#log.info('the certificate was read again', {
        event: 'certificate',
        expires_at: new Date(certificate.expiresAt).toISOString(),
      })
    } catch (error) {
      const problems = error instanceof ConfigError ? error.problems : [String(error)]
      this.#log.error('the certificate was not changed', { event: 'certificate_refused', problems })
    }
  }

  /** Accepts no more connections; resolves when all accepted requests are answered. */
  async close() {
    await Promise.all(this.#all().map((app) => app.stop()))
  }

  /** Closes all open connections. */
  async cut() {
    await Promise.all(this.#all().map((app) => app.server?.stop(true)))
  }

  #all() {
    return [this.#current, ...this.#retiring].filter((app) => app.server)
  }
}

const listen = (services: Services, place: Place, certificate: Certificate | null) => {
  Object.assign(http, { maxHeaderSize: maxHeaderBytes })
  return createApp(services).listen({
    ...place,
    ...(certificate ? { tls: { cert: certificate.cert, key: certificate.key, ciphers: tlsCiphers } } : {}),
    // Elysia's default would let a second server share the port, and each would get half of the requests.
    reusePort: certificate !== null,
    idleTimeout: services.config.idleTimeoutSeconds,
    // Bodies are capped where they are read: Bun's own limit would give a bare 413, and drops unread bodies.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
  })
}

const requireFree = (place: Place) =>
  void Bun.serve({ ...place, reusePort: false, fetch: () => new Response() }).stop(true)
