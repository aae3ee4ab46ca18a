import type { Send } from '../outgoing/send.ts'
import type { OutgoingLimiter } from '../outgoing/limiter.ts'
import { createAnswerBudget } from './answer-budget.ts'
import { redactCredentials } from './redact-credentials.ts'
import { findKind } from './kinds.ts'
import type { Account, Placement, Provider, ProviderKind, ProviderDeps } from '../calls/provider.ts'
import { inSentence } from './title.ts'
import { run, type Work } from '../work.ts'

interface StoredAccount {
  id: string
  agencyId: string
  provider: string
  baseUrl: string | null
  sealed: string
}

interface DiallingDeps<Row extends StoredAccount> {
  simulator: Provider
  accounts: {
    find(id: string): Work<Row | undefined>
    open(account: Row): Record<string, string>
  }
  providerDeps: ProviderDeps
  limiter: Pick<OutgoingLimiter, 'run'>
  /** True for a call that is over, for whatever reason. */
  isOver(callId: string): Work<boolean>
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
  readonly #connected = new Map<string, Pick<StoredAccount, 'sealed' | 'baseUrl'> & { provider: Provider }>()

  constructor(deps: DiallingDeps<Row>) {
    this.#deps = deps
  }

  /** The provider of a call; one that rejects every order where the account is gone. */
  *providerOf({ provider, accountId }: { provider: string; accountId: string | null }): Work<Provider> {
    if (provider === 'simulator') return this.#deps.simulator
    return (
      (accountId === null ? undefined : yield* this.account(provider, accountId)) ??
      unavailableProvider(`No ${provider} account is connected.`)
    )
  }

  /** The connected account; undefined for an unknown one. */
  *account(provider: string, accountId: string): Work<Provider | undefined> {
    const row = yield* this.#deps.accounts.find(accountId)
    const kind = findKind(provider)
    if (!row || !kind || row.provider !== provider) return undefined
    const known = this.#connected.get(row.id)
    if (known && known.sealed === row.sealed && known.baseUrl === row.baseUrl) return known.provider
    const connected = this.#connect(kind, row)
    this.#connected.set(row.id, { sealed: row.sealed, baseUrl: row.baseUrl, provider: connected })
    return connected
  }

  /**
   * Checks credentials of an agency before they are saved. Resolves to the problem, and whether the request was forbidden
   * because of its address; undefined without a problem.
   */
  async check(
    agencyId: string,
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
    const provider = kind.connect({ id: '', hookUrl: '', ...given }, { ...deps, send })
    const turn = { agencyId, destination: `${agencyId} ${kind.name}`, isPlacing: false }
    const problem = await this.#deps.limiter.run(turn, () => provider.check())
    return problem === undefined ? undefined : { problem, isForbidden }
  }

  #depsFor(credentials: Account['credentials']): ProviderDeps {
    const { providerDeps } = this.#deps
    return { ...providerDeps, send: redactCredentials(this.#bounded(providerDeps.send), credentials) }
  }

  #connect(kind: ProviderKind, row: Row): Provider {
    const {
      accounts,
      isOver,
      publicUrl,
      limiter,
      measure = (_provider, _request, request) => request(),
    } = this.#deps
    try {
      const credentials = accounts.open(row)
      const own = { id: row.id, baseUrl: row.baseUrl, hookUrl: hookUrl(publicUrl(), kind.name, row.id) }
      const provider = kind.connect({ ...own, credentials }, this.#depsFor(credentials))
      const turns = { limiter, agencyId: row.agencyId, destination: row.id }
      return limited(measured(provider, kind.name, measure), turns, isOver)
    } catch (error) {
      return unavailableProvider(
        `The account at ${inSentence(kind.title)} cannot be used: ${(error as Error).message}`,
      )
    }
  }
}

interface Turns {
  limiter: Pick<OutgoingLimiter, 'run'>
  agencyId: string
  destination: string
}

const limited = (
  provider: Provider,
  { limiter, ...whose }: Turns,
  isOver: (callId: string) => Work<boolean>,
): Provider => {
  const limit = <T>(work: () => Promise<T>) => limiter.run({ ...whose, isPlacing: false }, work)
  return {
    place: (order) =>
      limiter.run({ ...whose, isPlacing: true }, async () =>
        (await run(isOver(order.id))) ? notSent : provider.place(order),
      ),
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
