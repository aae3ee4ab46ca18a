import type { Agency } from '../../../agencies/agency.ts'
import { agentLabel, type Agent } from '../../../agencies/agent.ts'
import { type CallQuery, callsOf, type ListDeps } from '../../../calls/operations/list.ts'
import { presentCall } from '../../../calls/record.ts'
import { csvBody } from '../csv.ts'
import { jsonBody } from '../json-array.ts'
import { run, type Work } from '../../../work.ts'

export interface CallExportDeps extends ListDeps {
  agents: { listEver(agencyId: string): Work<Agent[]> }
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

/** An agency's calls as CSV, newest first; none for an undefined query. */
export const callsAsCsv = (deps: CallExportDeps, agency: Pick<Agency, 'id'>, query: CallQuery | undefined) =>
  csvBody(columns, rowsOf(deps, agency, query))

async function* rowsOf(deps: CallExportDeps, agency: Pick<Agency, 'id'>, query: CallQuery | undefined) {
  for await (const page of pagesOf(deps, agency, query))
    yield page.map(({ analysis, consent, metadata, ...fields }) => ({
      ...fields,
      analysis: json(analysis),
      consent: json(consent),
      metadata: json(metadata),
    }))
}

/** The same calls as a JSON array, each as in the API, with its transcript and the name of its agent. */
export const callsAsJson = (deps: CallExportDeps, agency: Pick<Agency, 'id'>, query: CallQuery | undefined) =>
  jsonBody(pagesOf(deps, agency, query))

async function* pagesOf(deps: CallExportDeps, agency: Pick<Agency, 'id'>, query: CallQuery | undefined) {
  if (query === undefined) return
  const agents = new Map(
    (await run(deps.agents.listEver(agency.id))).map((agent) => [agent.id, agentLabel(agent)]),
  )
  for (let before: string | undefined; ;) {
    const { found, hasMore } = await run(callsOf(deps, agency.id, { ...query, before, limit: callsAtOnce }))
    before = found.at(-1)?.call.id
    yield found.map(({ call, environment }) => ({
      ...presentCall(call, environment, deps.publicUrl()),
      agent: agents.get(call.agentId),
    }))
    if (!hasMore) return
  }
}

const json = (value: object | null) => value && JSON.stringify(value)
