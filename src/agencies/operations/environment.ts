import { z } from 'zod'
import { limitsTarget } from '../../audit.ts'
import { ApiError } from '../../failures.ts'
import { limitFlaw, limitMost, type OwnLimits } from '../../limits/limits.ts'
import { accessDisabledBySchema, environmentNameSchema } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import type { Environment } from '../environment.ts'
import type { Work } from '../../work.ts'

const dialling = z.enum(['real', 'simulated'])

export const showEnvironment = operation({
  name: 'environment.show',
  summary: 'Shows the settings of an environment.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output: z.object({
    environment: environmentNameSchema,
    access: z.enum(['enabled', 'disabled']),
    access_disabled_by: accessDisabledBySchema,
    dials: dialling,
    default_agent: z.string().nullable(),
    requests_per_minute: z.int().nullable().meta({ description: 'Null for the server’s default' }),
    concurrent_calls: z.int().nullable().meta({ description: 'Null for the server’s default' }),
  }),
  run: (_, { environment }) => ({
    environment: environment.name,
    access: environment.accessDisabledBy === null ? ('enabled' as const) : ('disabled' as const),
    access_disabled_by: environment.accessDisabledBy,
    dials: environment.dialsReal ? ('real' as const) : ('simulated' as const),
    default_agent: environment.defaultAgentId,
    requests_per_minute: environment.requestsPerMinute,
    concurrent_calls: environment.concurrentCalls,
  }),
})

interface DialDeps {
  environments: { setDialsReal(environmentId: string, dialsReal: boolean): Work<void> }
}

export const dialEnvironment = operation({
  name: 'environment.dial',
  summary: 'Sends an environment’s calls to the agents’ providers, or to the simulator.',
  scope: 'environment',
  may: 'operator',
  input: {
    real: z.boolean().optional().meta({ description: 'Ring real phones' }),
    simulated: z.boolean().optional().meta({ description: 'Ring no phone: the simulator plays every call' }),
  },
  output: z.object({ environment: environmentNameSchema, dials: dialling }),
  says: ({ environment, dials }) =>
    dials === 'real'
      ? `Calls in ${environment} now ring real phones, unless the agent’s provider is the simulator.`
      : `Calls in ${environment} now ring no phone: the simulator plays them.`,
  run: async ({ environments }: DialDeps, { environment, input: { real, simulated }, change }) => {
    if ((real === true) === (simulated === true))
      throw new ApiError('invalid_input', { detail: 'Choose one: real or simulated.' })
    const dials = real ? ('real' as const) : ('simulated' as const)
    await change(() => environments.setDialsReal(environment.id, real === true), {
      action: `dialling.${dials}`,
    })
    return { environment: environment.name, dials }
  },
})

interface LimitsDeps {
  environments: { setLimits(environmentId: string, limits: Partial<OwnLimits>): Work<void> }
}

const limit = (description: string) =>
  z
    .int(limitFlaw)
    .min(1, limitFlaw)
    .max(limitMost, limitFlaw)
    .nullable()
    .optional()
    .meta({ description, hint: 'n|default', nullWord: 'default' })

export const setLimits = operation({
  name: 'environment.limits',
  summary: 'Raises or lowers the limits of an environment, from the next request on.',
  scope: 'environment',
  may: 'operator',
  input: {
    requests_per_minute: limit('Requests in any minute'),
    concurrent_calls: limit('Concurrent calls'),
  },
  output: z.object({
    environment: environmentNameSchema,
    requests_per_minute: z.int().nullable(),
    concurrent_calls: z.int().nullable(),
  }),
  says: ({ environment, requests_per_minute, concurrent_calls }) =>
    `Limits in ${environment}: ${requests_per_minute ?? 'the default number of'} requests per minute, ${concurrent_calls ?? 'the default number of'} concurrent calls.`,
  run: async ({ environments }: LimitsDeps, { environment, input, change }) => {
    const given: Partial<OwnLimits> = {
      ...(input.requests_per_minute !== undefined && { requestsPerMinute: input.requests_per_minute }),
      ...(input.concurrent_calls !== undefined && { concurrentCalls: input.concurrent_calls }),
    }
    if (Object.keys(given).length === 0)
      throw new ApiError('invalid_input', {
        detail: 'Name a limit: requests_per_minute, concurrent_calls, or both.',
      })
    const limits = { ...limitsIn(environment), ...given }
    await change(() => environments.setLimits(environment.id, given), {
      action: 'limits.changed',
      target: limitsTarget(limits),
    })
    return {
      environment: environment.name,
      requests_per_minute: limits.requestsPerMinute,
      concurrent_calls: limits.concurrentCalls,
    }
  },
})

const limitsIn = ({ requestsPerMinute, concurrentCalls }: Environment): OwnLimits => ({
  requestsPerMinute,
  concurrentCalls,
})
