import type { FirstCall } from './first-call.ts'

interface CurlProps {
  id: string
  label: string
  firstCall: FirstCall
}

/** The command line of a first call, to copy. The key is in a variable, because shells record typed lines. */
export const CurlLine = ({ id, label, firstCall }: CurlProps) => (
  <>
    <pre role="region" aria-label={label} tabIndex={0}>
      <code id={id}>{`curl -X POST ${firstCall.apiUrl}/api/v1/calls/trigger \\
  -H "Authorization: Bearer $CALLGATE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${exampleBody(firstCall)}'`}</code>
    </pre>
    <p class="row start">
      <button
        type="button"
        class="secondary outline small"
        data-copy={id}
        data-status={`${id}-copied`}
        hidden
      >
        Copy command
      </button>
      <span id={`${id}-copied`} role="status" />
    </p>
  </>
)

const exampleBody = ({ agentId, hasAgent }: FirstCall) =>
  JSON.stringify({ phone_number: '+15551234567', agent_id: hasAgent ? agentId : 'AGENT_ID' })
