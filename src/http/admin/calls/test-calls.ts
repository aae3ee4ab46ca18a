import { Elysia } from 'elysia'
import { triggerCall } from '../../../calls/operations/trigger.ts'
import { ApiError } from '../../../failures.ts'
import { isTestScenario } from '../../../providers/simulator.ts'
import type { Perform } from '../../../operation/perform.ts'
import { environmentParams, type FindEnvironment, findEnvironment } from '../agencies/find-environment.ts'
import { type FirstCallDeps, firstCallOf } from '../integrations/first-call.ts'
import { type GuardDeps, signedIn } from '../guard.ts'

/** Numbers reserved for fiction. The last two digits select the simulator's scenario. */
const testNumber = (scenario: string) => `+120255501${scenario}`

export interface TestCallsDeps extends GuardDeps, FindEnvironment, FirstCallDeps {
  perform: Perform
}

/** A test call from the dashboard: the simulator plays it, and it counts as no API request. */
export const testCalls = (deps: TestCallsDeps) =>
  new Elysia({ name: 'test-calls' }).use(signedIn(deps)).post(
    '/agencies/:agency/integrations/api/:environment/test-call',
    async ({ flash, actor, params, request, server, redirect, readForm }) => {
      const { agency, environment } = await findEnvironment(deps, params)
      const { scenario = '' } = await readForm()
      if (!isTestScenario(scenario))
        throw new ApiError('invalid_body', { detail: 'there is no such test call' })
      const { agentId } = await firstCallOf(deps, environment, { request, server })
      const order = { phone_number: testNumber(scenario), agent_id: agentId, metadata: { test: true } }
      const made = await deps.perform(triggerCall, { ...params, ...order, simulated: true }, actor)
      flash('The test call has started.')
      return redirect(`/admin/agencies/${agency.id}/calls/${made.call_id}`, 303)
    },
    { parse: 'none', params: environmentParams },
  )
