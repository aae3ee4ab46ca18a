import type { FakeProvider } from '../support/fakes/fake.ts'

interface Fate {
  fake: FakeProvider
  callId: string
  /** The answer to its order never came, or was never on disk. */
  answerLost: boolean
  /** A report of its end was taken. */
  reported: boolean
}

/** Where its provider can be asked by our own id, or its order's answer came, a call ends as it did there, never by the cap. */
export const outcomesOf = ({ fake, callId, answerLost, reported }: Fate): string[] => {
  const state = fake.stateOf(callId)
  if (state === undefined) return [withoutCall(fake, callId, answerLost)]
  const isVague = speaksVaguely(fake, state)
  const outcome = state === 'busy' || state === 'no_answer' ? `${state} ${state}` : state
  const theirs = isVague ? [outcome, 'failed'] : [outcome]
  const couldTell = fake.lookupByCallId || !answerLost || (reported && !isVague)
  return couldTell ? theirs : [...theirs, 'failed max_duration']
}

const withoutCall = (fake: FakeProvider, callId: string, answerLost: boolean) => {
  const treatment = fake.treatmentOf(callId)
  if (!answerLost && treatment === 'refuse') return 'failed provider_refused'
  if (!answerLost && treatment === 'no capacity') return 'failed provider_capacity'
  return provesAbsence.has(fake.kind.name) ? 'failed provider_lost' : 'failed max_duration'
}

/** Of the others it is not said what they list and when: that they find no call of ours proves nothing. */
const provesAbsence = new Set(['vapi', 'retell', 'http'])

/** Asked, ElevenLabs says that a call failed and not how; its report of that does not carry our id. */
const speaksVaguely = ({ kind }: FakeProvider, state: string) =>
  kind.name === 'elevenlabs' && state !== 'completed'
