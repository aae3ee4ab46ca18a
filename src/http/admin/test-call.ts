import { Elysia } from 'elysia'
import { Failure } from '../../failures.ts'
import { isTestStory } from '../../providers/simulator.ts'
import type { Services } from '../../services.ts'
import { findAgency } from './agencies.tsx'
import { firstCallOf } from './first-call.ts'
import { signedIn } from './guard.ts'
import { environmentParams } from './integrations.tsx'

/** Of the numbers that are kept for fiction. The last two digits choose the simulator's story. */
const testNumber = (story: string) => `+120255501${story}`

/** A call that a person starts at the page to see how one goes: it rings nobody and counts as no API request. */
export const testCalls = (services: Services) =>
  new Elysia({ name: 'test-calls' }).use(signedIn(services)).post(
    '/agencies/:agency/integrations/api/:environment/test-call',
    async ({ by, params, request, server, redirect, readForm }) => {
      const agency = findAgency(services, params.agency)
      const row = services.environments.find(agency.id, params.environment)
      if (!row) throw new Failure('not_found', { detail: 'There is no such environment.' })
      const { story = '' } = await readForm()
      if (!isTestStory(story)) throw new Failure('invalid_body', { detail: 'there is no such test call' })
      if (agency.plan !== 'agency') throw new Failure('plan_required')
      const { agentId = null } = firstCallOf(services, row, { request, server })
      const order = { phoneNumber: testNumber(story), agentId, name: null, email: null }
      const environment = { ...row, agencyName: agency.name, plan: agency.plan }
      const { callId } = await services.trigger(environment, { ...order, metadata: { test: true } }, null, {
        simulated: true,
        signal: request.signal,
        alongside: (id) =>
          services.audit.record({
            ...by,
            action: 'call.test',
            agency: agency.id,
            environment: row.name,
            target: id,
          }),
      })
      return redirect(`/admin/agencies/${agency.id}/calls/${callId}`, 303)
    },
    { parse: 'none', params: environmentParams },
  )
