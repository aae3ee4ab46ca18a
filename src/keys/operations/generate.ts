import { z } from 'zod'
import { keyTarget } from '../../audit.ts'
import { ApiError } from '../../failures.ts'
import { environmentNameSchema, iso, time } from '../../names.ts'
import { type Context, operation } from '../../operation/operation.ts'
import { type IssueStore, issueKey } from '../issue.ts'
import { type HourOfUsage, lastHourInWords } from '../../usage/last-hour.ts'
import { keyInWords, type LiveKey } from '../key.ts'
import { run, type Work } from '../../work.ts'

interface IssueDeps extends HourOfUsage {
  keys: IssueStore & { live(environmentId: string): Work<(LiveKey & { id: string }) | undefined> }
}

const input = {
  replaces: z.string().max(64).optional().meta({
    description: 'The ID of the key to replace, or "" for none. If another key is live, nothing changes',
  }),
}

const output = z.object({
  key: z.string().meta({ description: 'Shown once: only its hash is kept' }),
  environment: environmentNameSchema,
  last4: z.string(),
  created_at: time,
  replaced_last4: z.string().nullable(),
  access: z.enum(['enabled', 'disabled']),
})

type Issuing = Context<'environment', { replaces?: string | undefined }>

/** A form that is sent twice, or from an old page, must not end a newer key. */
const requireReplaced = function* ({ keys }: IssueDeps, { input: { replaces }, environment }: Issuing) {
  if (replaces !== undefined && replaces !== ((yield* keys.live(environment.id))?.id ?? ''))
    throw new ApiError('key_changed')
}

const ends = function* (deps: IssueDeps, context: Issuing) {
  const { environment, agency } = context
  yield* requireReplaced(deps, context)
  const live = yield* deps.keys.live(environment.id)
  return live && `The ${environment.name} key of ${agency.name} ${keyInWords(live)} stops working at once.`
}

const impact = (deps: IssueDeps, { environment, now }: Issuing) => lastHourInWords(deps, [environment], now)

const issue = async (deps: IssueDeps, context: Issuing) => {
  const { keys } = deps
  const { environment, now, change } = context
  const { token, key, replaced } = await change(
    function* () {
      yield* requireReplaced(deps, context)
      return yield* issueKey(keys, environment.id, now)
    },
    (issued) => ({
      action: issued.replaced ? 'key.rotated' : 'key.generated',
      target: keyTarget(issued.key, issued.replaced),
    }),
  )
  return {
    key: token,
    environment: environment.name,
    last4: key.last4,
    created_at: iso(key.createdAt),
    replaced_last4: replaced?.last4 ?? null,
    access: environment.accessDisabledBy === null ? ('enabled' as const) : ('disabled' as const),
  }
}

const says = ({ key, replaced_last4, access }: z.output<typeof output>) => {
  const ended = replaced_last4 === null ? '' : `\nThe key ending in ${replaced_last4} has stopped working.`
  const off = access === 'enabled' ? '' : '\nAPI access is disabled. Turn it on with: callgate key enable'
  return `${key}\nThis key will not be shown again.${ended}${off}`
}

export const generateKey = operation({
  name: 'key.generate',
  summary: 'Generates an API key. A live key is replaced and stops working immediately.',
  scope: 'environment',
  may: 'admin',
  sensitive: true,
  input,
  output,
  ends,
  impact,
  says,
  run: issue,
})

export const rotateKey = operation({
  name: 'key.rotate',
  summary: 'Replaces the API key. The old one stops working immediately.',
  scope: 'environment',
  may: 'admin',
  sensitive: true,
  input,
  output,
  ends,
  impact,
  says,
  run: async (deps: IssueDeps, context) => {
    if (await run(deps.keys.live(context.environment.id))) return issue(deps, context)
    throw new ApiError('conflict', {
      detail: `There is no ${context.environment.name} key to rotate. Generate one.`,
    })
  },
})
