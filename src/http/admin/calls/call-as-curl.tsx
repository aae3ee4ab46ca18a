import { type Call, isForgotten } from '../../../calls/call.ts'

/** A longer command is of no use to copy, and would make the page large. */
const bodyMost = 6000

/** The request for the same call once more, as a command line. The key is in a variable, because shells record typed lines. */
export const CallAsCurl = ({ call, apiUrl }: { call: Call; apiUrl: string }) => {
  const body = JSON.stringify(orderOf(call))
  if (isForgotten(call) || body.length > bodyMost) return null
  return (
    <details>
      <summary>Copy as curl</summary>
      <p>This places the same call once more.</p>
      <pre role="region" aria-label="The same call as a curl command" tabIndex={0}>
        <code id="call-curl">{`curl -X POST ${apiUrl}/api/v1/calls/trigger \\
  -H "Authorization: Bearer $CALLGATE_KEY" \\
  -H "Content-Type: application/json" \\
  -d ${quoted(body)}`}</code>
      </pre>
      <p class="row start">
        <button
          type="button"
          class="secondary outline small"
          data-copy="call-curl"
          data-status="call-curl-copied"
          hidden
        >
          Copy command
        </button>
        <span id="call-curl-copied" role="status" />
      </p>
    </details>
  )
}

/** What was asked for, as far as it is kept: options of the agent and of the order are one by then. */
const orderOf = ({ phoneNumber, agentId, name, email, metadata, timeZone, consent }: Call) => ({
  phone_number: phoneNumber,
  agent_id: agentId,
  ...(name !== null && { name }),
  ...(email !== null && { email }),
  ...(metadata !== null && { metadata }),
  ...(timeZone !== null && { time_zone: timeZone }),
  ...(consent !== null && {
    consent: Object.fromEntries(Object.entries(consent).filter(([, value]) => value !== null)),
  }),
})

/** One word of a POSIX shell, whatever is in it. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
