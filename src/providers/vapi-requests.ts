import { idText, list, member } from './parse.ts'

/** Read by the assistant's model, or spoken: one sentence, and nothing that was done. */
const nothingDone =
  'Nothing was done: this server URL only takes reports of calls. Give the tool a server URL of its own.'
const noAssistant = 'This number has no assistant.'

/**
 * What Vapi waits for from whoever has the server URL that a message goes to (tool > assistant > phone number > organization);
 * undefined for what only reports. Left unanswered, the assistant would take the tool for one that worked and said nothing.
 * Source: Vapi, "Server events", openapi's ServerMessageResponse….
 */
export const answerTo = (payload: unknown): object | undefined => {
  const message = member(payload, 'message')
  switch (member(message, 'type')) {
    case 'tool-calls':
      return { results: toolCallsIn(message).map((toolCallId) => ({ toolCallId, error: nothingDone })) }
    case 'function-call':
      return { result: nothingDone }
    case 'transfer-destination-request':
    case 'handoff-destination-request':
      return { error: nothingDone }
    case 'assistant-request':
      return { error: noAssistant }
    default:
      return undefined
  }
}

/** More at once than any model makes. */
const mostToolCalls = 100

const toolCallsIn = (message: unknown) =>
  list(member(message, 'toolCallList') ?? member(message, 'toolCalls'))
    .slice(0, mostToolCalls)
    .flatMap((call) => idText(member(call, 'id')) ?? [])
