import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import type { EnvironmentName } from '../../agencies/environment.ts'
import type { Call } from '../call.ts'
import type { Work } from '../../work.ts'

export const callField = z
  .guid('A call is named by its id.')
  .toLowerCase()
  .meta({ description: 'Its id', hint: 'id' })

export interface FindDeps {
  calls: { find(id: string): Work<Call | undefined> }
  publicUrl(): string
  environments: { list(agencyId: string): Work<{ id: string; name: EnvironmentName }[]> }
}

/** Finds a call of an agency, and its environment. Fails with `not_found`, also for a call of another agency. */
export const findCallOf = function* ({ calls, environments }: FindDeps, agencyId: string, id: string) {
  const call = yield* calls.find(id)
  const environment =
    call?.agencyId === agencyId
      ? (yield* environments.list(agencyId)).find((one) => one.id === call.environmentId)
      : undefined
  if (!call || !environment) throw new ApiError('not_found', { detail: 'There is no such call.' })
  return { call, environment }
}
