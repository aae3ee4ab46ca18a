import { z } from 'zod'
import { type AccessDisabler, requireUnlockedAccess } from '../../agencies/access.ts'
import { environmentNameSchema } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { type HourOfUsage, lastHourInWords } from '../../usage/last-hour.ts'
import { keyInWords, type LiveKey } from '../key.ts'
import { run, type Work } from '../../work.ts'

interface SwitchDeps extends HourOfUsage {
  keys: { live(environmentId: string): Work<(LiveKey & { leakedAt: number | null }) | undefined> }
  environments: {
    enableAccess(environmentId: string): Work<void>
    disableAccess(environmentId: string, by: AccessDisabler): Work<unknown>
  }
}

const output = z.object({ environment: environmentNameSchema, access: z.enum(['enabled', 'disabled']) })

const says = (done: z.output<typeof output>) => `API access in ${done.environment} is ${done.access}.`

export const enableKey = operation({
  name: 'key.enable',
  summary:
    'Enables API access. If an operator disabled it, only an operator can; if the key leaked, rotate it first.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output,
  says,
  run: async ({ keys, environments }: SwitchDeps, { actor, environment, change }) => {
    const leakedAt = (await run(keys.live(environment.id)))?.leakedAt ?? null
    requireUnlockedAccess({ ...environment, leakedAt }, actor.role)
    await change(() => environments.enableAccess(environment.id), { action: 'access.enabled' })
    return { environment: environment.name, access: 'enabled' as const }
  },
})

export const disableKey = operation({
  name: 'key.disable',
  summary: 'Disables API access: requests get 403. The key is kept.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output,
  says,
  *ends({ keys }: SwitchDeps, { agency, environment }) {
    const live = environment.accessDisabledBy === null ? yield* keys.live(environment.id) : undefined
    return (
      live &&
      `Requests with the ${environment.name} key of ${agency.name} ${keyInWords(live)} get 403 from now on.`
    )
  },
  impact: (deps: SwitchDeps, { environment, now }) => lastHourInWords(deps, [environment], now),
  run: async ({ environments }: SwitchDeps, { actor, environment, change }) => {
    await change(() => environments.disableAccess(environment.id, actor.role), { action: 'access.disabled' })
    return { environment: environment.name, access: 'disabled' as const }
  },
})
