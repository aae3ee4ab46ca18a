import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { operation } from '../../operation/operation.ts'
import { auditRefusedDestination } from '../../operation/refused-destination.ts'
import { type DestinationRules, destinationProblem } from '../../outgoing/destination.ts'
import { type FindAccounts, type NewAccount, type ProviderAccount, requireKind } from '../account.ts'
import { credentialHelp } from '../credential-help.ts'
import { checkAccount } from '../credentials.ts'
import { together } from '../../field-problem.ts'
import { type AccountProblem, hookUrl } from '../dialling.ts'
import { hookNotice } from '../hook-notice.ts'
import type { ProviderKind } from '../../calls/provider.ts'
import { providerField } from './account.ts'
import { inSentence } from '../title.ts'
import { run, type Work } from '../../work.ts'

interface SetDeps {
  accounts: FindAccounts & {
    open(account: ProviderAccount): Record<string, string>
    save(account: NewAccount, now: number): Work<ProviderAccount>
  }
  dialling: {
    /** Undefined when the credentials work, else why not. */
    check(
      agencyId: string,
      kind: ProviderKind,
      account: Pick<NewAccount, 'baseUrl' | 'credentials'>,
    ): Promise<AccountProblem | undefined>
  }
  destinationRules: DestinationRules
  publicUrl(): string
  config: { publicUrl: string | null }
}

export const setProvider = operation({
  name: 'provider.set',
  summary: 'Saves an account at a provider after checking it with a request that places no call.',
  details: credentialHelp,
  scope: 'agency',
  may: 'admin',
  sensitive: true,
  input: {
    provider: providerField,
    credential: z.record(z.string(), z.string('A credential must be a text.')).optional().meta({
      description: 'A credential; repeat for several. One that you leave out keeps its value',
      hint: 'name=value',
      secret: true,
    }),
    base_url: z.string().max(2000).nullable().optional().meta({
      description: 'Instead of the provider’s default URL; blank for the default',
      hint: 'url',
    }),
    unchecked: z
      .boolean()
      .optional()
      .meta({ description: 'Save without checking the credentials at the provider' }),
  },
  example: { provider: 'vapi', credential: { api_key: '@vapi-key', hook_secret: '@vapi-secret' } },
  output: z.object({
    id: z.string(),
    hook_url: z.string().meta({ description: 'The URL that the provider reports to' }),
    hook_secret: z.string().optional().meta({ description: 'Only if callgate created it; shown once' }),
    notice: z.string().optional().meta({ description: 'The problem with the hook URL' }),
  }),
  says: ({ hook_url, hook_secret, notice }, { provider }) =>
    [
      `Saved. Paste this hook URL at ${inSentence(requireKind(provider).title)}: ${hook_url}`,
      ...(hook_secret === undefined ? [] : [`hook_secret (shown once): ${hook_secret}`]),
      ...(notice === undefined ? [] : [notice]),
    ].join('\n'),
  run: async (deps: SetDeps, { agency, input, now, change }) => {
    const kind = requireKind(input.provider)
    const newUrl = input.base_url?.trim() ?? ''
    const problem = newUrl === '' ? undefined : destinationProblem(newUrl, deps.destinationRules)
    if (problem) await auditRefusedDestination(change, newUrl, problem)
    const { credentials, baseUrl, made } = await run(usable(deps, kind, agency.id, input))
    const complaint = input.unchecked
      ? undefined
      : await deps.dialling.check(agency.id, kind, { credentials, baseUrl })
    if (complaint?.isForbidden && baseUrl) await auditRefusedDestination(change, baseUrl, complaint.problem)
    if (complaint)
      throw new ApiError('conflict', {
        detail: complaint.problem,
        param: complaint.isForbidden ? 'base_url' : undefined,
      })
    const account = { agencyId: agency.id, provider: kind.name, baseUrl, credentials }
    const { id } = await change(() => deps.accounts.save(account, now), {
      action: 'provider.saved',
      target: kind.title,
    })
    const url = hookUrl(deps.publicUrl(), kind.name, id)
    return { id, hook_url: url, ...made, notice: hookNotice(deps.config.publicUrl, url) }
  },
})

interface Given {
  credential?: Record<string, string> | undefined
  base_url?: string | null | undefined
}

/** Merges the given fields with the saved ones. Fails with `invalid_input`. */
const usable = function* (
  { accounts, destinationRules }: SetDeps,
  kind: ProviderKind,
  agencyId: string,
  { credential = {}, base_url: givenUrl }: Given,
) {
  const account = yield* accounts.findFor(agencyId, kind.name)
  const earlier = account && { credentials: openedOrNone(accounts, account), baseUrl: account.baseUrl }
  const baseUrl = givenUrl === undefined ? (earlier?.baseUrl ?? null) : givenUrl
  const checked = checkAccount(kind, credential, baseUrl, destinationRules, earlier)
  if (!checked.problems) return checked
  const { sentence: detail = '', field: param } = together(checked.problems) ?? {}
  throw new ApiError('invalid_input', { detail, param })
}

/** Under another secret than it was sealed with, an account has nothing to keep. */
const openedOrNone = (accounts: SetDeps['accounts'], account: ProviderAccount): Record<string, string> => {
  try {
    return accounts.open(account)
  } catch {
    return {}
  }
}
