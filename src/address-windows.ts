import { type WindowDecision, Windows } from './limits/window.ts'
import { clientNetworks } from './networks.ts'

/** Bounds the memory of a flood from ever new addresses; networks beyond it share one count. */
const countedNetworks = 50_000
/** A /48 may take this many times what each /64 in it may: one site can have it whole, with 65,536 of them. */
const hostsPerSite = 5

/** Windows by client network, for what is counted against an address. */
export class AddressWindows {
  readonly #windows: Windows

  constructor(spanMs: number) {
    this.#windows = new Windows(spanMs)
  }

  /**
   * Checks and takes in one step, of the address's host and of its site. A refusal takes of neither. What is counted of one
   * `subject` is no other's.
   */
  take(address: string | null, limit: number, nowMs: number, subject = ''): WindowDecision {
    this.#windows.sweep(nowMs)
    const networks = clientNetworks(address)
    const host = `${subject} ${networks.host}`
    const site = networks.site === undefined ? undefined : `${subject} ${networks.site}`
    const siteLimit = limit * hostsPerSite
    const wider = site === undefined ? undefined : this.#windows.peek(this.#counted(site), siteLimit, nowMs)
    if (wider && !wider.granted) return wider
    const decision = this.#windows.take(this.#counted(host), limit, nowMs)
    if (decision.granted && site !== undefined) this.#windows.take(this.#counted(site), siteLimit, nowMs)
    return decision
  }

  #counted(network: string) {
    return this.#windows.size < countedNetworks ? network : 'others'
  }
}
