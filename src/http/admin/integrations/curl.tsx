import { CodeBlock } from '../../page/copyable.tsx'
import type { FirstCall } from './first-call.ts'

/** The command line of a first call, to copy. The key is in a variable, because shells record typed lines. */
export const CurlLine = ({ label, firstCall }: { label: string; firstCall: FirstCall }) => (
  <CodeBlock label={label}>{`curl -X POST ${firstCall.apiUrl}/api/v1/calls/trigger \\
  -H "Authorization: Bearer $CALLGATE_KEY" \\
  -H "Content-Type: application/json" \\
  -d '${exampleBody(firstCall)}'`}</CodeBlock>
)

const exampleBody = ({ agentId, hasAgent }: FirstCall) =>
  JSON.stringify({ phone_number: '+15551234567', agent_id: hasAgent ? agentId : 'AGENT_ID' })
