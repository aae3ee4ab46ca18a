import { defineCommand } from 'citty'
import { commandLine, keyTarget } from '../audit.ts'
import { issueKey } from '../keys/issue.ts'
import type { EnvironmentName } from '../keys/keyring.ts'
import { Refusal } from '../failures.ts'
import { confirm, keyInWords, yes } from './confirm.ts'
import {
  agencyId,
  environmentName,
  findAgency,
  findEnvironment,
  type Io,
  iso,
  json,
  print,
  type Stores,
  withStores,
} from './io.ts'

const whose = { ...agencyId, ...environmentName, ...json }

export const keyCommand = (io: Io) =>
  defineCommand({
    meta: { name: 'key', description: 'Generate, rotate, enable, disable and show API keys' },
    subCommands: {
      generate: issuing(io, 'generate', 'Generate an API key; one that is there ends at once'),
      rotate: issuing(io, 'rotate', 'Replace the API key; the old one ends at once'),
      enable: switching(io, 'enable', true, 'Turn API access on'),
      disable: switching(io, 'disable', false, 'Turn API access off; the key is kept'),
      show: defineCommand({
        meta: { name: 'show', description: 'Show what is known of the API key; the key itself is not kept' },
        args: whose,
        run: ({ args }) => {
          const shown = withStores(io, (stores) => {
            const environment = findEnvironment(stores, args.agency, args.environment)
            const live = stores.keys.live(environment.id)
            return {
              environment: environment.name,
              plan: findAgency(stores, args.agency).plan,
              access: environment.accessEnabled ? 'enabled' : 'disabled',
              last4: live?.last4 ?? null,
              created_at: iso(live?.createdAt),
              last_used_at: iso(live?.lastUsedAt),
              seen_in_url_at: iso(live?.exposedAt),
              leaked_at: iso(live?.leakedAt),
              leaked_where: live?.leakedWhere ?? null,
            }
          })
          const lines = Object.entries(shown).map(
            ([name, value]) => `${name.replaceAll('_', ' ')}: ${value ?? '–'}`,
          )
          print(io, args.json, shown, lines.join('\n'))
        },
      }),
    },
  })

const issuing = (io: Io, name: 'generate' | 'rotate', description: string) =>
  defineCommand({
    meta: { name, description },
    args: { ...whose, ...yes },
    run: async ({ args }) => {
      const before = withStores(io, (stores) => findLive(stores, args.agency, args.environment))
      if (name === 'rotate' && !before)
        throw new Refusal(`There is no ${args.environment} key to rotate. Use: callgate key generate`)
      await confirm(io, args.yes, before && `This ends ${keyInWords(args.environment, before)}, at once.`)
      const { token, key, replaced, accessEnabled } = withStores(io, (stores) => {
        const environment = findEnvironment(stores, args.agency, args.environment)
        if (!args.yes && stores.keys.live(environment.id)?.id !== before?.id)
          throw new Refusal(`The ${args.environment} key was changed meanwhile. Nothing was changed here.`)
        const now = Date.now()
        const issued = stores.audit.change(
          () => issueKey(stores.keys, environment.id, now),
          ({ key: made, replaced: ended }) => ({
            ...commandLine(now),
            action: ended ? 'key.rotated' : 'key.generated',
            agency: environment.agencyId,
            environment: environment.name,
            target: keyTarget(made, ended),
          }),
        )
        return { ...issued, accessEnabled: environment.accessEnabled }
      })
      const result = {
        key: token,
        environment: args.environment,
        last4: key.last4,
        created_at: iso(key.createdAt),
        replaced_last4: replaced?.last4 ?? null,
      }
      const ended = replaced ? `\nThe key ending in ${replaced.last4} has stopped working.` : ''
      const off = accessEnabled ? '' : '\nAPI access is off: it is refused until you use callgate key enable.'
      print(io, args.json, result, `${token}\nThis key will not be shown again.${ended}${off}`)
    },
  })

const switching = (io: Io, name: 'enable' | 'disable', enabled: boolean, description: string) =>
  defineCommand({
    meta: { name, description },
    args: enabled ? whose : { ...whose, ...yes },
    run: async ({ args }) => {
      if (!enabled)
        await confirm(
          io,
          args.yes === true,
          withStores(io, (stores) => endedBySwitch(stores, args)),
        )
      const access = enabled ? 'enabled' : 'disabled'
      withStores(io, (stores) => {
        const environment = findEnvironment(stores, args.agency, args.environment)
        stores.audit.change(() => stores.environments.setAccess(environment.id, enabled), {
          ...commandLine(Date.now()),
          action: `access.${access}`,
          agency: environment.agencyId,
          environment: environment.name,
        })
      })
      print(
        io,
        args.json,
        { environment: args.environment, access },
        `API access in ${args.environment} is ${access}.`,
      )
    },
  })

const findLive = (stores: Stores, agency: string, environment: EnvironmentName) =>
  stores.keys.live(findEnvironment(stores, agency, environment).id)

/** What the switch ends: the access of a live key that has it. */
const endedBySwitch = (
  stores: Stores,
  { agency, environment }: { agency: string; environment: EnvironmentName },
) => {
  const key = findLive(stores, agency, environment)
  if (!key || !findEnvironment(stores, agency, environment).accessEnabled) return undefined
  return `This ends access with ${keyInWords(environment, key)}, until it is enabled again.`
}
