/** Joins ElevenLabs' two ids of a call: status requests need the one, hanging up the other. Either may be missing. */
export const joinId = (conversationId: string | undefined, callSid: string | undefined) =>
  callSid === undefined ? conversationId : `${conversationId ?? ''}/${callSid}`

export const splitId = (providerCallId: string | null) => {
  const [conversationId, callSid] = (providerCallId ?? '').split('/').map((part) => part || undefined)
  return { conversationId, callSid }
}

/** True when two ids belong to different calls: some part that both have differs. */
export const isOtherCall = (held: string | null, named: string | null) => {
  if (held === null || named === null) return false
  const parts = named.split('/')
  return held.split('/').some((part, at) => part !== '' && parts[at] && parts[at] !== part)
}
