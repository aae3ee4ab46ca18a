import { Elysia } from 'elysia'
import { triggerCall } from '../../../calls/operations/trigger.ts'
import { ApiError } from '../../../failures.ts'
import { isTestScenario } from '../../../providers/simulator.ts'
import type { Services } from '../../../wiring.ts'
import { findAgency } from '../agencies/agency-pages.tsx'
import { firstCallOf } from '../integrations/first-call.ts'
import { signedIn } from '../guard.ts'
import { environmentParams } from '../integrations/integration-pages.tsx'

/** Of the numbers that are kept for fiction. The last two digits choose the simulator's scenario. */
const testNumber = (scenario: string) => `+120255501${scenario}`

/** A call that a person starts at the page to see how one goes: it rings nobody and counts as no API request. */
export const testCalls = (services: Services) =>
  new Elysia({ name: 'test-calls' }).use(signedIn(services)).post(
    '/agencies/:agency/integrations/api/:environment/test-call',
    async ({ actor, params, request, server, redirect, readForm }) => {
      const agency = findAgency(services, params.agency)
      const row = services.environments.find(agency.id, params.environment)
      if (!row) throw new ApiError('not_found', { detail: 'There is no such environment.' })
      const { scenario = '' } = await readForm()
      if (!isTestScenario(scenario))
        throw new ApiError('invalid_body', { detail: 'there is no such test call' })
      const { agentId } = firstCallOf(services, row, { request, server })
      const order = { phone_number: testNumber(scenario), agent_id: agentId, metadata: { test: true } }
      const made = await services.perform(triggerCall, { ...params, ...order, simulated: true }, actor)
      return redirect(`/admin/agencies/${agency.id}/calls/${made.call_id}`, 303)
    },
    { parse: 'none', params: environmentParams },
  )
