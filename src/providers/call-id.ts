/**
 * Both ids by which ElevenLabs knows a call in one, because asking takes the one and hanging up the other. Either may be
 * missing.
 */
export const joinId = (conversationId: string | undefined, callSid: string | undefined) =>
  callSid === undefined ? conversationId : `${conversationId ?? ''}/${callSid}`

export const splitId = (providerCallId: string | null) => {
  const [conversationId, callSid] = (providerCallId ?? '').split('/').map((part) => part || undefined)
  return { conversationId, callSid }
}

/** True when two ids of one provider are of different calls: both are there, and so is a part in which they differ. */
export const isOtherCall = (held: string | null, named: string | null) => {
  if (held === null || named === null) return false
  const parts = named.split('/')
  return held.split('/').some((part, at) => part !== '' && parts[at] && parts[at] !== part)
}
