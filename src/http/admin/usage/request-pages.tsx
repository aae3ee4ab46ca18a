import { Elysia } from 'elysia'
import { z } from 'zod'
import type { EnvironmentName } from '../../../agencies/environment.ts'
import type { Clock } from '../../../clock.ts'
import { ApiError } from '../../../failures.ts'
import type { Refused } from '../../../usage/recent-refusals.ts'
import { agencyParams, type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import { type GuardDeps, signedIn } from '../guard.ts'
import { renderPage } from '../../page/layout.tsx'
import type { KeyUseDeps } from '../integrations/key-use.ts'
import { RequestPage } from './request.tsx'
import { run, type Work } from '../../../work.ts'

export interface RequestPagesDeps extends GuardDeps, FindAgency {
  environments: { list(agencyId: string): Work<{ id: string; name: EnvironmentName }[]> }
  keys: KeyUseDeps['keys']
  usage: { refusal(requestId: string): Work<Refused | undefined> }
  clock: Pick<Clock, 'now'>
}

const requestParams = agencyParams.extend({ request: z.guid().toLowerCase() })

/** The page of one rejected request. */
export const requestPages = (deps: RequestPagesDeps) =>
  new Elysia({ name: 'request-pages' }).use(signedIn(deps)).get(
    '/agencies/:agency/requests/:request',
    async ({ person, params }) => {
      const agency = await findAgency(deps, params.agency)
      const refused = await run(deps.usage.refusal(params.request))
      const environment = (await run(deps.environments.list(agency.id))).find(
        ({ id }) => id === refused?.environmentId,
      )
      if (!refused || !environment)
        throw new ApiError('not_found', { detail: 'No such request was rejected recently.' })
      const known = { since: deps.clock.now(), or: [refused.keyId] }
      const usedKey = [
        await run(deps.keys.live(environment.id)),
        ...(await run(deps.keys.replaced(environment.id, known))),
      ].find((key) => key?.id === refused.keyId)
      const facts = { refused, usedKey, environment: environment.name }
      return renderPage(<RequestPage person={person} agency={agency} {...facts} />)
    },
    { params: requestParams },
  )
