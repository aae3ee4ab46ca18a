import { z } from 'zod'
import type { Environment, EnvironmentName } from '../../../agencies/environment.ts'
import { ApiError } from '../../../failures.ts'
import { environmentNameSchema } from '../../../names.ts'
import { type FindAgency, findAgency } from './agency-pages.tsx'
import { run, type Work } from '../../../work.ts'

export interface FindEnvironment extends FindAgency {
  environments: { find(agencyId: string, name: EnvironmentName): Work<Environment | undefined> }
}

export const environmentParams = z.object({ agency: z.guid(), environment: environmentNameSchema })
export type EnvironmentParams = z.infer<typeof environmentParams>

/** The environment of a path and its agency. Fails with `not_found`. */
export const findEnvironment = async (deps: FindEnvironment, params: EnvironmentParams) => {
  const agency = await findAgency(deps, params.agency)
  const environment = await run(deps.environments.find(agency.id, params.environment))
  if (!environment) throw new ApiError('not_found', { detail: 'There is no such environment.' })
  return { agency, environment }
}
