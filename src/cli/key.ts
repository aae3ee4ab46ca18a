import { defineCommand } from 'citty'
import { commandLine, keyTarget } from '../audit.ts'
import { issueKey } from '../keys/issue.ts'
import { Refusal } from '../failures.ts'
import {
  agencyId,
  environmentName,
  findAgency,
  findEnvironment,
  type Io,
  iso,
  json,
  print,
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
    args: whose,
    run: ({ args }) => {
      const { token, key, replaced, accessEnabled } = withStores(io, (stores) => {
        const environment = findEnvironment(stores, args.agency, args.environment)
        if (name === 'rotate' && !stores.keys.live(environment.id))
          throw new Refusal(`There is no ${args.environment} key to rotate. Use: callgate key generate`)
        const now = Date.now()
        const issued = stores.audit.change(
          () => issueKey(stores.keys, environment.id, now),
          ({ key: made, replaced: before }) => ({
            ...commandLine(now),
            action: before ? 'key.rotated' : 'key.generated',
            agency: environment.agencyId,
            environment: environment.name,
            target: keyTarget(made, before),
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
    args: whose,
    run: ({ args }) => {
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
