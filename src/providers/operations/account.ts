import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { iso, time } from '../../names.ts'
import type { OneAtATime } from '../../outgoing/one-at-a-time.ts'
import { operation } from '../../operation/operation.ts'
import { type FindAccounts, type ProviderAccount, requireAccount, requireKind } from '../account.ts'
import { hookUrl } from '../dialling.ts'
import { accountProviderNames } from '../kinds.ts'
import { inSentence } from '../title.ts'
import { run, type Work } from '../../work.ts'

export const providerField = z.enum(accountProviderNames).meta({ description: 'Which provider' })

interface ListDeps {
  accounts: { list(agencyId: string): Work<ProviderAccount[]> }
  publicUrl(): string
}

export const listProviders = operation({
  name: 'provider.list',
  summary: 'Lists the accounts at providers. Only the last characters of their credentials are shown.',
  scope: 'agency',
  may: 'admin',
  input: {},
  output: z.array(
    z.object({
      id: z.string(),
      provider: z.string(),
      base_url: z.string().nullable(),
      credentials: z.record(z.string(), z.string()).meta({ description: 'The last characters of each' }),
      hook_url: z.string(),
      saved_at: time,
    }),
  ),
  columns: ['provider', 'credentials', 'hook_url'],
  empty: 'There are no accounts at providers yet. Save one with: callgate provider set',
  *run({ accounts, publicUrl }: ListDeps, { agency }) {
    return (yield* accounts.list(agency.id)).map(({ id, provider, baseUrl, hints, savedAt }) => ({
      id,
      provider,
      base_url: baseUrl,
      credentials: Object.fromEntries(Object.entries(hints).map(([name, hint]) => [name, `…${hint}`])),
      hook_url: hookUrl(publicUrl(), provider, id),
      saved_at: iso(savedAt),
    }))
  },
})

interface TestDeps {
  accounts: FindAccounts
  dialling: {
    providerOf(account: {
      provider: string
      accountId: string
    }): Work<{ check(): Promise<string | undefined> }>
  }
  tests: Pick<OneAtATime, 'begin'>
}

export const testProvider = operation({
  name: 'provider.test',
  summary: 'Asks a provider whether the saved credentials work. Places no call.',
  scope: 'agency',
  may: 'admin',
  input: { provider: providerField },
  output: z.object({ provider: z.string(), works: z.literal(true) }),
  says: (_, { provider }) => `${requireKind(provider).title} accepts the credentials.`,
  run: async ({ accounts, dialling, tests }: TestDeps, { agency, input }) => {
    const { id, provider } = await run(requireAccount(accounts, agency.id, requireKind(input.provider)))
    using test = tests.begin(id)
    if (!test)
      throw new ApiError('conflict', {
        detail: 'A test of this account is in progress. Wait for its result.',
      })
    const complaint = await (await run(dialling.providerOf({ provider, accountId: id }))).check()
    if (complaint !== undefined) throw new ApiError('conflict', { detail: complaint })
    return { provider, works: true as const }
  },
})

interface RemoveDeps {
  accounts: FindAccounts & { remove(id: string): Work<void> }
  agents: { list(agencyId: string): Work<{ provider: string }[]> }
}

const whatRemovalEnds = (title: string) =>
  `Calls of agents at ${inSentence(title)} will fail, and callgate can no longer track or end calls in progress.`

export const removeProvider = operation({
  name: 'provider.remove',
  summary: 'Removes an account at a provider. Agents that use it can’t place calls any more.',
  scope: 'agency',
  may: 'admin',
  sensitive: true,
  input: { provider: providerField },
  output: z.object({ provider: z.string(), removed: z.literal(true) }),
  says: ({ provider }) => `Removed the ${provider} account.`,
  *ends({ accounts }: RemoveDeps, { agency, input }) {
    const kind = requireKind(input.provider)
    yield* requireAccount(accounts, agency.id, kind)
    return whatRemovalEnds(kind.title)
  },
  *impact({ agents }: RemoveDeps, { agency, input }) {
    const count = (yield* agents.list(agency.id)).filter(({ provider }) => provider === input.provider).length
    return count === 1 ? '1 agent calls with it.' : `${count} agents call with it.`
  },
  run: async ({ accounts }: RemoveDeps, { agency, input, change }) => {
    const kind = requireKind(input.provider)
    const { id } = await run(requireAccount(accounts, agency.id, kind))
    await change(() => accounts.remove(id), { action: 'provider.removed', target: kind.title })
    return { provider: kind.name, removed: true as const }
  },
})
