import type { Send } from '../outgoing/send.ts'
import { createLimiter } from '../outgoing/limiter.ts'
import { createAnswerBudget } from './answer-budget.ts'
import { redactCredentials } from './redact-credentials.ts'
import { findKind } from './kinds.ts'
import type { Account, Placement, Provider, ProviderKind, ProviderDeps } from '../calls/provider.ts'
import { inSentence } from './title.ts'

interface StoredAccount {
  id: string
  provider: string
  baseUrl: string | null
  sealed: string
}

interface DiallingDeps<Row extends StoredAccount> {
  simulator: Provider
  accounts: {
    find(id: string): Row | undefined
    open(account: Row): Record<string, string>
  }
  providerDeps: ProviderDeps
  /** True for a call that is over, for whatever reason. */
  isOver(callId: string): boolean
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
  measure?: Measure
}

/** Measures a request to a provider; `outcomeOf` gives its label. */
type Measure = <T>(
  provider: string,
  request: 'place' | 'status' | 'end' | 'recording',
  run: () => Promise<T>,
  outcomeOf: (answer: T) => string,
) => Promise<T>

/** Why an account cannot be saved. */
export interface AccountProblem {
  problem: string
  isForbidden: boolean
}

/**
 * Connects accounts and finds the provider of a call. An account is decrypted once and cached until it is saved again.
 */
export class Dialling<Row extends StoredAccount> {
  readonly #deps: DiallingDeps<Row>
  readonly #bounded = createAnswerBudget()
  readonly #connected = new Map<string, { sealed: string; provider: Provider }>()

  constructor(deps: DiallingDeps<Row>) {
    this.#deps = deps
  }

  /** The provider of a call; one that rejects every order where the account is gone. */
  providerOf({ provider, accountId }: { provider: string; accountId: string | null }): Provider {
    if (provider === 'simulator') return this.#deps.simulator
    return (
      (accountId === null ? undefined : this.account(provider, accountId)) ??
      unavailableProvider(`No ${provider} account is connected.`)
    )
  }

  /** The connected account; undefined for an unknown one. */
  account(provider: string, accountId: string): Provider | undefined {
    const row = this.#deps.accounts.find(accountId)
    const kind = findKind(provider)
    if (!row || !kind || row.provider !== provider) return undefined
    const known = this.#connected.get(row.id)
    if (known?.sealed === row.sealed) return known.provider
    const connected = this.#connect(kind, row)
    this.#connected.set(row.id, { sealed: row.sealed, provider: connected })
    return connected
  }

  /**
   * Checks credentials before they are saved. Resolves to the problem, and whether the request was forbidden because of
   * its address; undefined without a problem.
   */
  async check(
    kind: ProviderKind,
    given: Pick<Account, 'baseUrl' | 'credentials'>,
  ): Promise<AccountProblem | undefined> {
    let isForbidden = false
    const deps = this.#depsFor(given.credentials)
    const send: Send = async (...request) => {
      const result = await deps.send(...request)
      if (result.kind === 'unsent' && result.isForbidden) isForbidden = true
      return result
    }
    const problem = await kind.connect({ id: '', hookUrl: '', ...given }, { ...deps, send }).check()
    return problem === undefined ? undefined : { problem, isForbidden }
  }

  #depsFor(credentials: Account['credentials']): ProviderDeps {
    const { providerDeps } = this.#deps
    return { ...providerDeps, send: redactCredentials(this.#bounded(providerDeps.send), credentials) }
  }

  #connect(kind: ProviderKind, row: Row): Provider {
    const { accounts, isOver, publicUrl, measure = (_provider, _request, run) => run() } = this.#deps
    try {
      const credentials = accounts.open(row)
      const own = { id: row.id, baseUrl: row.baseUrl, hookUrl: hookUrl(publicUrl(), kind.name, row.id) }
      const provider = kind.connect({ ...own, credentials }, this.#depsFor(credentials))
      return limited(measured(provider, kind.name, measure), isOver)
    } catch (error) {
      return unavailableProvider(
        `The account at ${inSentence(kind.title)} cannot be used: ${(error as Error).message}`,
      )
    }
  }
}

/**
 * Bun runs at most 256 requests at a time and counts the wait of the others as part of their timeout. An account that
 * hangs must not take them all, so each has its own limit and its requests wait here.
 */
const requestsAtOnce = 40

const limited = (provider: Provider, isOver: (callId: string) => boolean): Provider => {
  const limit = createLimiter(requestsAtOnce)
  return {
    place: (order) => limit(async () => (isOver(order.id) ? notSent : provider.place(order))),
    fetchStatus: (call) => limit(() => provider.fetchStatus(call)),
    end: (call) => limit(() => provider.end(call)),
    recording: (call) => limit(() => provider.recording(call)),
    check: () => limit(() => provider.check()),
    verifyEvents: (request, now) => provider.verifyEvents(request, now),
  }
}

/** The call ended while its order waited, for example because its slot was released: the order must not be sent. */
const notSent: Placement = {
  outcome: 'refused',
  code: 'provider_refused',
  reason: 'The call ended before it was sent to the provider.',
}

/** Measured inside the limiter, because the wait in its queue is not the provider's time. */
const measured = (provider: Provider, name: string, measure: Measure): Provider => ({
  place: (order) =>
    measure(
      name,
      'place',
      () => provider.place(order),
      ({ outcome }) => outcome,
    ),
  fetchStatus: (call) =>
    measure(
      name,
      'status',
      () => provider.fetchStatus(call),
      ({ outcome }) => outcome,
    ),
  end: (call) =>
    measure(
      name,
      'end',
      () => provider.end(call),
      () => 'ended',
    ),
  recording: (call) =>
    measure(
      name,
      'recording',
      () => provider.recording(call),
      ({ outcome }) => outcome,
    ),
  check: () => provider.check(),
  verifyEvents: (request, now) => provider.verifyEvents(request, now),
})

export const hookUrl = (publicUrl: string, provider: string, accountId: string) =>
  `${publicUrl}/hooks/${provider}/${accountId}`

const unavailableProvider = (reason: string): Provider => ({
  place: async () => ({ outcome: 'refused', code: 'provider_refused', reason }),
  fetchStatus: async () => ({ outcome: 'unknown', reason }),
  end: async () => {
    throw new Error(reason)
  },
  recording: async () => ({ outcome: 'unknown', reason }),
  check: async () => reason,
  verifyEvents: () => ({ kind: 'invalid_signature' }),
})
