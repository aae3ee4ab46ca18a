import { z } from 'zod'
import { agencyFlaw } from '../../agencies/agency.ts'
import { ApiError } from '../../failures.ts'
import type { Environment } from '../../keys/keyring.ts'
import { operation } from '../../operation/operation.ts'
import type { Call } from '../call.ts'
import { orderFields, orderOf, type TriggerRequest } from '../order.ts'
import { callRecord, presentCall } from '../record.ts'
import { run, type Work } from '../../work.ts'

interface TriggerDeps {
  publicUrl(): string
  calls: { find(id: string): Work<Call | undefined> }
  trigger(
    environment: Environment,
    request: TriggerRequest,
    key: null,
    options: { simulated: boolean; alongside(callId: string): Work<void> },
  ): Promise<{ callId: string }>
}

const neverPlaced =
  'This is an admin token, which never places a call. Send POST /api/v1/calls/trigger with an API key, or ask for a simulated call.'

/** Takes a slot like any call, but is no API request, so the window is not involved. */
export const triggerCall = operation({
  name: 'call.trigger',
  summary: 'Triggers a call. With an admin token, it is always simulated and rings no phone.',
  scope: 'environment',
  may: 'admin',
  needsServer: true,
  input: {
    phone_number: z.string().meta({ description: 'Whom to call, in E.164: +15551234567', hint: 'number' }),
    ...orderFields,
    simulated: z.boolean().optional().meta({ description: 'Ring no phone: the simulator plays the call' }),
  },
  output: callRecord,
  says: ({ call_id, phone_number }) => `Started a call to ${phone_number}: ${call_id}`,
  run: async ({ calls, publicUrl, trigger }: TriggerDeps, { agency, environment, input, actor, record }) => {
    const { phone_number, simulated = false, ...fields } = input
    if (actor.permissions !== null && !simulated)
      throw new ApiError('wrong_credential', { detail: neverPlaced })
    const flaw = agencyFlaw(agency)
    if (flaw) throw new ApiError(flaw)
    const caller = {
      ...environment,
      agencyName: agency.name,
      plan: agency.plan,
      suspendedAt: agency.suspendedAt,
    }
    const { callId } = await trigger(caller, orderOf(fields, phone_number), null, {
      simulated,
      *alongside(target) {
        yield* actor.confirm()
        // The audit entry holds the call's id, not the number: it must outlive a later erasure of personal data.
        yield* record({ action: simulated ? 'call.test' : 'call.triggered', target })
      },
    })
    const call = await run(calls.find(callId))
    if (!call) throw new ApiError('not_found', { detail: 'There is no such call.' })
    return presentCall(call, environment, publicUrl())
  },
})
