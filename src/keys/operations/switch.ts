import { z } from 'zod'
import { environmentNameSchema } from '../../names.ts'
import { keyInWords, type LiveKey } from '../key.ts'
import { type Context, operation } from '../../operation/operation.ts'

interface SwitchDeps {
  keys: { live(environmentId: string): LiveKey | undefined }
  environments: { setAccess(environmentId: string, enabled: boolean): void }
}

const output = z.object({ environment: environmentNameSchema, access: z.enum(['enabled', 'disabled']) })

const switchTo =
  (access: 'enabled' | 'disabled') =>
  async ({ environments }: SwitchDeps, { environment, change }: Context<'environment'>) => {
    await change(() => environments.setAccess(environment.id, access === 'enabled'), {
      action: `access.${access}`,
    })
    return { environment: environment.name, access }
  }

const says = (done: z.output<typeof output>) => `API access in ${done.environment} is ${done.access}.`

export const enableKey = operation({
  name: 'key.enable',
  summary: 'Enables API access.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output,
  says,
  run: switchTo('enabled'),
})

export const disableKey = operation({
  name: 'key.disable',
  summary: 'Disables API access: requests get 403. The key is kept.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output,
  says,
  ends: ({ keys }: SwitchDeps, { agency, environment }) => {
    const live = environment.accessEnabled ? keys.live(environment.id) : undefined
    return (
      live &&
      `Requests with the ${environment.name} key of ${agency.name} ${keyInWords(live)} get 403 from now on.`
    )
  },
  run: switchTo('disabled'),
})
