import { operation } from '../../operation/operation.ts'
import { type Call, isForgotten, isOver, isStillRunning } from '../call.ts'
import { callRecord, presentCall } from '../record.ts'
import { callField, type FindDeps, findCallOf } from './find.ts'
import { run, type Work } from '../../work.ts'

interface EndDeps extends FindDeps {
  endCall(call: Call, options: { confirm(): Work<void>; alongside(): Work<void> }): Promise<Call>
}

const numberOf = (call: Call) => (isForgotten(call) ? 'an erased number' : call.phoneNumber)

export const endCall = operation({
  name: 'call.end',
  summary: 'Hangs up a call. If it is over, nothing changes.',
  scope: 'agency',
  may: 'admin',
  needsServer: true,
  input: { call: callField },
  output: callRecord,
  says: ({ call_id, status }) => `The call ${call_id} is over: ${status}.`,
  *ends(deps: EndDeps, { agency, input }) {
    const { call } = yield* findCallOf(deps, agency.id, input.call)
    return isOver(call)
      ? undefined
      : `The call to ${numberOf(call)} is hung up at once: whoever is on the line is cut off.`
  },
  run: async (deps: EndDeps, { agency, input, actor, record }) => {
    const { call, environment } = await run(findCallOf(deps, agency.id, input.call))
    const ended = await deps.endCall(call, {
      confirm: () => actor.confirm(),
      alongside: () => record({ action: 'call.ended', environment: environment.name, target: call.id }),
    })
    return presentCall(ended, environment, deps.publicUrl())
  },
})

interface ReleaseDeps extends FindDeps {
  releaseCall(call: Call, alongside: () => Work<void>): Promise<Call>
}

export const releaseCall = operation({
  name: 'call.release',
  summary: 'Releases the slot of a call immediately, regardless of its provider. The call counts as failed.',
  scope: 'agency',
  may: 'operator',
  needsServer: true,
  input: { call: callField },
  output: callRecord,
  says: ({ call_id }) => `The slot of the call ${call_id} is free.`,
  *ends(deps: ReleaseDeps, { agency, input }) {
    const { call } = yield* findCallOf(deps, agency.id, input.call)
    if (isStillRunning(call))
      return `The slot of the call to ${numberOf(call)} is free at once. The provider is asked to hang up; the conversation may go on until it does.`
    return isOver(call)
      ? undefined
      : `The call to ${numberOf(call)} ends here as failed, and its slot is free at once. The provider is asked to hang up; the phone may go on ringing until it does.`
  },
  run: async (deps: ReleaseDeps, { agency, input, actor, record }) => {
    const { call, environment } = await run(findCallOf(deps, agency.id, input.call))
    const released = await deps.releaseCall(call, function* () {
      yield* actor.confirm()
      yield* record({ action: 'call.released', environment: environment.name, target: call.id })
    })
    return presentCall(released, environment, deps.publicUrl())
  },
})
