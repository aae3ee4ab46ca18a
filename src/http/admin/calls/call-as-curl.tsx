import { type Call, isForgotten } from '../../../calls/call.ts'
import { CodeBlock } from '../../page/copyable.tsx'

/** A longer command is of no use to copy, and would make the page large. */
const bodyMost = 6000

/** The request for the same call once more, as a command line. The key is in a variable, because shells record typed lines. */
export const CallAsCurl = ({ call, apiUrl }: { call: Call; apiUrl: string }) => {
  if (isForgotten(call)) return null
  const whole = JSON.stringify(orderOf(call))
  const isWhole = whole.length <= bodyMost
  const body = isWhole ? whole : JSON.stringify(shortOrderOf(call))
  return (
    <details>
      <summary>Copy as curl</summary>
      <p>
        {isWhole
          ? 'This places the same call again.'
          : 'This places the same call again, without its name, email, metadata and consent, which are too long.'}
      </p>
      <CodeBlock label="The same call as a curl command">{`curl -X POST ${apiUrl}/api/v1/calls/trigger \\
  -H "Authorization: Bearer $CALLGATE_KEY" \\
  -H "Content-Type: application/json" \\
  -d ${quoted(body)}`}</CodeBlock>
    </details>
  )
}

const shortOrderOf = ({ phoneNumber, agentId, timeZone }: Call) => ({
  phone_number: phoneNumber,
  agent_id: agentId,
  ...(timeZone !== null && { time_zone: timeZone }),
})

/** What was asked for, as far as it is kept: options of the agent and of the order are one by then. */
const orderOf = (call: Call) => {
  const { name, email, metadata, consent } = call
  return {
    ...shortOrderOf(call),
    ...(name !== null && { name }),
    ...(email !== null && { email }),
    ...(metadata !== null && { metadata }),
    ...(consent !== null && {
      consent: Object.fromEntries(Object.entries(consent).filter(([, value]) => value !== null)),
    }),
  }
}

/** One word of a POSIX shell, whatever is in it. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`
