import { z } from 'zod'
import { type EnvironmentName, environmentNames } from '../../agencies/environment.ts'
import { environmentNameSchema, iso, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { isAskedFor } from './show.ts'
import { type Refused, refusedPerEnvironment } from '../recent-refusals.ts'
import { inTurn, type Work } from '../../work.ts'

interface RefusalsDeps {
  environments: { list(agencyId: string): Work<{ id: string; name: EnvironmentName }[]> }
  usage: { refusals(environmentId: string): Work<Refused[]> }
}

const refusal = z.object({
  request_id: z.string(),
  environment: z.enum(environmentNames),
  at: time,
  code: z.string(),
  route: z.string(),
  address: z.string(),
  requests: z.int().meta({ description: 'Granted in the window then' }),
  requests_limit: z.int(),
  calls: z.int().meta({ description: 'Calls in progress at that moment' }),
  calls_limit: z.int(),
})

export const listRefusals = operation({
  name: 'usage.refusals',
  summary: 'Lists the latest rejected requests, newest first, with the counters at that moment.',
  scope: 'agency',
  may: 'admin',
  input: {
    environment: environmentNameSchema.optional().meta({ description: 'Only those of this environment' }),
    request_id: z
      .string()
      .max(64)
      .optional()
      .meta({ description: 'Only the one with this X-Request-Id', hint: 'id' }),
    limit: z
      .int()
      .min(1)
      .max(refusedPerEnvironment)
      .default(20)
      .meta({ description: `How many at most, up to ${refusedPerEnvironment}` }),
  },
  output: z.array(refusal),
  columns: ['at', 'environment', 'code', 'route', 'address', 'request_id'],
  empty: 'No such request was rejected lately.',
  *run({ environments, usage }: RefusalsDeps, { agency, input }) {
    return (yield* inTurn(
      (yield* environments.list(agency.id)).filter(isAskedFor(input)),
      function* ({ id, name }) {
        return (yield* usage.refusals(id)).map((refused) => present(refused, name))
      },
    ))
      .flat()
      .filter(({ request_id }) => input.request_id === undefined || request_id === input.request_id)
      .toSorted((one, other) => other.at.localeCompare(one.at))
      .slice(0, input.limit)
  },
})

const present = (refused: Refused, environment: EnvironmentName) => ({
  request_id: refused.requestId,
  environment,
  at: iso(refused.at),
  code: refused.code,
  route: refused.route,
  address: refused.address,
  requests: refused.requests,
  requests_limit: refused.requestLimit,
  calls: refused.calls,
  calls_limit: refused.callLimit,
})
