import { defineCommand } from 'citty'
import { type Action, commandLine } from '../audit.ts'
import { systemClock } from '../clock.ts'
import { createSend } from '../outgoing/send.ts'
import { checkAccount } from '../providers/credentials.ts'
import { hookUrl } from '../providers/dialling.ts'
import { hookNotice } from '../providers/hook-notice.ts'
import { findKind, providerKinds } from '../providers/kinds.ts'
import type { Account, ProviderKind } from '../calls/provider.ts'
import { Refusal } from '../failures.ts'
import type { AccountRow } from '../storage/accounts.ts'
import { confirm, yes } from './confirm.ts'
import { credentialHelp, readCredentials } from './credentials.ts'
import {
  agencyId,
  baseUrlOf,
  configOf,
  findAgency,
  type Io,
  iso,
  json,
  print,
  type Stores,
  table,
  withStores,
} from './io.ts'

const checkTimeoutMs = 15_000

const providerName = {
  provider: {
    type: 'enum' as const,
    options: providerKinds.map(({ name }) => name),
    required: true as const,
    description: 'Which provider',
  },
}
const whose = { ...agencyId, ...providerName, ...json }

export const providerCommand = (io: Io) =>
  defineCommand({
    meta: { name: 'provider', description: "Connect an agency's accounts at voice providers" },
    subCommands: {
      set: defineCommand({
        meta: {
          name: 'set',
          description: 'Save an account, after a harmless request has shown that it works',
        },
        args: {
          ...whose,
          credential: {
            type: 'string',
            valueHint: 'name=@file',
            description: credentialHelp,
          },
          'base-url': {
            type: 'string',
            valueHint: 'url',
            description: "In the place of the provider's usual address",
          },
          unchecked: { type: 'boolean', description: 'Save without asking the provider' },
        },
        run: async ({ args, rawArgs }) => {
          const kind = kindOf(args.provider)
          const earlier = withStores(io, (stores) => findAccount(stores, args.agency, kind.name))
          const { credentials, baseUrl, made } = given(
            io,
            kind,
            await readCredentials(io, rawArgs),
            args['base-url'] ?? null,
            earlier,
          )
          const draft = { id: earlier?.row.id ?? '', baseUrl, credentials, hookUrl: '' }
          if (!args.unchecked) await demandWorking(io, kind, draft)
          const account = { agencyId: args.agency, provider: kind.name, baseUrl, credentials }
          const saved = withStores(io, ({ accounts, audit }) =>
            audit.change(() => accounts.save(account, Date.now()), deed('provider.saved', args.agency, kind)),
          )
          const hook = hookUrlOf(io, saved)
          const secrets = Object.entries(made).map(([name, value]) => `\n${name} (shown once): ${value}`)
          print(
            io,
            args.json,
            { id: saved.id, hook_url: hook, ...made },
            `Saved. Let ${kind.title} report to ${hook}${secrets.join('')}`,
          )
          const notice = hookNotice(configOf(io).publicUrl, hook)
          if (notice) io.err(`${notice}\n`)
        },
      }),
      list: defineCommand({
        meta: { name: 'list', description: "List an agency's accounts, their credentials masked" },
        args: { ...agencyId, ...json },
        run: ({ args }) => {
          const rows = withStores(io, (stores) => stores.accounts.list(findAgency(stores, args.agency).id))
          const shown = rows.map((row) => ({
            id: row.id,
            provider: row.provider,
            base_url: row.baseUrl,
            credentials: masked(row),
            hook_url: hookUrlOf(io, row),
            saved_at: iso(row.savedAt),
          }))
          const lines = shown.map(({ provider, credentials, hook_url }) => [
            provider,
            Object.entries(credentials)
              .map(([name, hint]) => `${name} ${hint}`)
              .join(', '),
            hook_url,
          ])
          print(io, args.json, shown, table(['PROVIDER', 'CREDENTIALS', 'HOOK URL'], lines))
        },
      }),
      test: defineCommand({
        meta: {
          name: 'test',
          description: 'Ask the provider whether the saved credentials work; rings nobody',
        },
        args: whose,
        run: async ({ args }) => {
          const kind = kindOf(args.provider)
          const { row, credentials } = withStores(io, (stores) => needAccount(stores, args.agency, kind.name))
          await demandWorking(io, kind, { id: row.id, baseUrl: row.baseUrl, credentials, hookUrl: '' })
          print(io, args.json, { works: true }, `${kind.title} accepts the credentials.`)
        },
      }),
      remove: defineCommand({
        meta: { name: 'remove', description: 'Forget an account; its agents place no more calls' },
        args: { ...whose, ...yes },
        run: async ({ args }) => {
          const { title } = kindOf(args.provider)
          withStores(io, (stores) => needAccount(stores, args.agency, args.provider))
          if (!args.yes) await confirm(io, `This ends the ${title} account: its agents place no more calls.`)
          withStores(io, (stores) => {
            const { id } = needAccount(stores, args.agency, args.provider).row
            const line = deed('provider.removed', args.agency, kindOf(args.provider))
            stores.audit.change(() => stores.accounts.remove(id), line)
          })
          print(io, args.json, { removed: args.provider }, `Removed the ${title} account.`)
        },
      }),
    },
  })

const deed = (action: Action, agency: string, { title }: ProviderKind) => ({
  ...commandLine(Date.now()),
  action,
  agency,
  target: title,
})

const kindOf = (name: string): ProviderKind => {
  const kind = findKind(name)
  if (!kind) throw new Refusal(`There is no provider ${name}.`)
  return kind
}

interface Opened {
  row: AccountRow
  credentials: Record<string, string>
}

const findAccount = (stores: Stores, agency: string, provider: string): Opened | undefined => {
  const row = stores.accounts.findFor(findAgency(stores, agency).id, provider)
  return row && { row, credentials: openOrNone(stores, row) }
}

/** Under another secret than it was sealed with, an account has nothing to keep. */
const openOrNone = ({ accounts }: Stores, row: AccountRow): Record<string, string> => {
  try {
    return accounts.open(row)
  } catch {
    return {}
  }
}

const needAccount = (stores: Stores, agency: string, provider: string): Opened => {
  const account = findAccount(stores, agency, provider)
  if (!account) throw new Refusal(`The agency ${agency} has no ${provider} account.`)
  return account
}

const given = (
  io: Io,
  kind: ProviderKind,
  credentials: Record<string, string>,
  baseUrl: string | null,
  earlier: Opened | undefined,
) => {
  const checked = checkAccount(
    kind,
    credentials,
    baseUrl ?? earlier?.row.baseUrl ?? null,
    destinationsOf(io),
    earlier && { credentials: earlier.credentials, baseUrl: earlier.row.baseUrl },
  )
  if (checked.problems) throw new Refusal(checked.problems.join('\n'))
  return checked
}

const demandWorking = async (io: Io, kind: ProviderKind, account: Account) => {
  const send = createSend(destinationsOf(io))
  const surroundings = { clock: systemClock, timeoutMs: checkTimeoutMs, send }
  const complaint = await kind.connect(account, surroundings).check()
  if (complaint) throw new Refusal(complaint)
}

const destinationsOf = (io: Io) => ({ allowPrivate: configOf(io).allowPrivateDestinations })

const masked = ({ hints }: AccountRow) =>
  Object.fromEntries(Object.entries(hints).map(([name, hint]) => [name, `…${hint}`]))

const hookUrlOf = (io: Io, { provider, id }: AccountRow) => hookUrl(baseUrlOf(io), provider, id)
