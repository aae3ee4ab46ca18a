import type { Agency } from '../../../agencies/agency.ts'
import { agentLabel, type Agent } from '../../../agencies/agent.ts'
import { callsOf, type ListDeps } from '../../../calls/operations/list.ts'
import { presentCall } from '../../../calls/record.ts'
import { csvBody } from '../csv.ts'
import type { CallFilter } from './calls.tsx'

export interface CallCsvDeps extends ListDeps {
  agents: { listEver(agencyId: string): Agent[] }
}

/** The calls per read of a download: a page of them is two megabytes at most. */
const callsAtOnce = 100

/** The fields of a call in the API, and the name of its agent; without the transcript, which no cell would hold. */
const columns = [
  'call_id',
  'created_at',
  'started_at',
  'ended_at',
  'environment',
  'phone_number',
  'from_number',
  'name',
  'email',
  'agent',
  'agent_id',
  'provider',
  'status',
  'reason_code',
  'reason',
  'answered_by',
  'duration_seconds',
  'cost_cents',
  'currency',
  'sentiment',
  'summary',
  'recording_url',
  'analysis',
  'time_zone',
  'consent',
  'metadata',
] as const

/** An agency's calls as CSV, newest first. */
export const callsAsCsv = (deps: CallCsvDeps, agency: Pick<Agency, 'id'>, filter: CallFilter) =>
  csvBody(columns, pagesOf(deps, agency, filter))

function* pagesOf(deps: CallCsvDeps, agency: Pick<Agency, 'id'>, filter: CallFilter) {
  const agents = new Map(deps.agents.listEver(agency.id).map((agent) => [agent.id, agentLabel(agent)]))
  for (let before: string | undefined; ;) {
    const { found, hasMore } = callsOf(deps, agency.id, { ...filter, before, limit: callsAtOnce })
    before = found.at(-1)?.call.id
    yield found.map(({ call, environment }) => {
      const { analysis, consent, metadata, ...fields } = presentCall(call, environment, deps.publicUrl())
      return {
        ...fields,
        agent: agents.get(call.agentId),
        analysis: json(analysis),
        consent: json(consent),
        metadata: json(metadata),
      }
    })
    if (!hasMore) return
  }
}

const json = (value: object | null) => value && JSON.stringify(value)
