import { defineCommand } from 'citty'
import { commandLine } from '../audit.ts'
import { plans } from '../keys/keyring.ts'
import { nameSchema } from '../names.ts'
import { Refusal } from '../failures.ts'
import { confirm, keyInWords, yes } from './confirm.ts'
import {
  agencyId,
  configOf,
  findAgency,
  type Io,
  json,
  presentRow,
  print,
  type Stores,
  table,
  withStores,
} from './io.ts'

const plan = {
  plan: {
    type: 'enum' as const,
    options: [...plans],
    required: true as const,
    description: 'Only the Agency plan includes API access',
  },
}

export const agencyCommand = (io: Io) =>
  defineCommand({
    meta: { name: 'agency', description: 'Create and list agencies, change their plan' },
    subCommands: {
      create: defineCommand({
        meta: { name: 'create', description: 'Create an agency with its two environments' },
        args: { name: { type: 'string', required: true, description: 'Its name' }, ...plan, ...json },
        run: ({ args }) => {
          const name = checkedName(args.name)
          const now = Date.now()
          const create = ({ agencies, audit }: Stores) =>
            audit.change(
              () => agencies.create(name, args.plan, now),
              ({ id }) => ({ ...commandLine(now), action: 'agency.created', agency: id, target: name }),
            )
          const made = withStores(io, create)
          print(
            io,
            args.json,
            presentRow(made),
            `Created the agency ${made.name}: ${made.id} (in ${configOf(io).dataDir})`,
          )
        },
      }),
      list: defineCommand({
        meta: { name: 'list', description: 'List the agencies' },
        args: json,
        run: ({ args }) => {
          const agencies = withStores(io, (stores) => stores.agencies.list())
          const rows = agencies.map((each) => [each.id, each.plan, each.name])
          print(io, args.json, agencies.map(presentRow), table(['ID', 'PLAN', 'NAME'], rows))
        },
      }),
      plan: defineCommand({
        meta: { name: 'plan', description: "Change an agency's plan; holds for its next request" },
        args: { ...agencyId, ...plan, ...yes, ...json },
        run: async ({ args }) => {
          await confirm(
            io,
            args.yes,
            withStores(io, (stores) => endedByPlan(stores, args.agency, args.plan)),
          )
          const changed = withStores(io, (stores) => {
            const { id, plan: before } = findAgency(stores, args.agency)
            stores.audit.change(() => stores.agencies.setPlan(id, args.plan), {
              ...commandLine(Date.now()),
              action: 'plan.changed',
              agency: id,
              target: `from ${before} to ${args.plan}`,
            })
            return findAgency(stores, id)
          })
          print(io, args.json, presentRow(changed), `${changed.name} is now on the plan ${changed.plan}.`)
        },
      }),
    },
  })

/** What a plan without API access ends: the access of the agency's keys. */
const endedByPlan = (stores: Stores, id: string, next: string) => {
  if (findAgency(stores, id).plan !== 'agency' || next === 'agency') return undefined
  const keys = stores.environments.list(id).flatMap(({ id: environmentId, name }) => {
    const key = stores.keys.live(environmentId)
    return key ? keyInWords(name, key) : []
  })
  if (keys.length === 0) return undefined
  return `The plan ${next} includes no API access, and ends it for ${keys.join(' and ')}.`
}

const checkedName = (text: string) => {
  const name = nameSchema.safeParse(text)
  if (!name.success) throw new Refusal(name.error.issues[0]?.message ?? 'That is not a name.')
  return name.data
}
