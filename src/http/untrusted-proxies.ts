import type { Config } from '../config.ts'
import type { ConfigWarning } from '../config/warnings.ts'
import type { Log } from '../telemetry/log.ts'
import { isTrusted } from './address.ts'
import type { RefusedRequest } from './record-refusal.ts'

interface UntrustedProxiesDeps {
  config: Pick<Config, 'trustedProxies'>
  log: Pick<Log, 'warn'>
}

/** Anybody can send the header: more peers than these are not noted. */
const peersMost = 5

/**
 * Notes the peers that send X-Forwarded-For and are not trusted to, and warns of each once: behind a proxy that is not
 * trusted, all clients are one address, for the limits of wrong keys and in the audit.
 */
export class UntrustedProxies {
  readonly #deps: UntrustedProxiesDeps
  readonly #peers = new Set<string>()

  constructor(deps: UntrustedProxiesDeps) {
    this.#deps = deps
  }

  note({ request, server }: Pick<RefusedRequest, 'request' | 'server'>) {
    if (this.#peers.size >= peersMost || !request.headers.has('x-forwarded-for')) return
    const { config, log } = this.#deps
    const peer = server?.requestIP(request)?.address
    if (peer === undefined || this.#peers.has(peer) || isTrusted(peer, config.trustedProxies)) return
    this.#peers.add(peer)
    log.warn(`CALLGATE_TRUSTED_PROXIES: ${saysOf(peer)}`, { setting: 'CALLGATE_TRUSTED_PROXIES', peer })
  }

  warnings(): ConfigWarning[] {
    return [...this.#peers].map((peer) => ({ name: 'CALLGATE_TRUSTED_PROXIES', says: saysOf(peer) }))
  }
}

const saysOf = (peer: string) =>
  `${peer} sends X-Forwarded-For and is not trusted, so the header is ignored. If it is your proxy, all its clients count as one address: add it.`
