import { z } from 'zod'
import { type Agent, agentLabel } from '../../../agencies/agent.ts'
import type { Agency } from '../../../agencies/agency.ts'
import type { Environment } from '../../../agencies/environment.ts'
import type { Call } from '../../../calls/call.ts'
import { type FindDeps, findCallOf } from '../../../calls/operations/find.ts'
import { type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import type { CallView } from './calls.tsx'
import { run, type Work } from '../../../work.ts'

export const callParams = z.object({ agency: z.guid(), call: z.guid().toLowerCase() })

export interface FindViewDeps extends FindAgency {
  agents: {
    /** An agency's agents with the deleted ones, because calls keep their agent. */
    listEver(agencyId: string): Work<Agent[]>
  }
  calls: FindDeps['calls']
  environments: { list(agencyId: string): Work<Environment[]> }
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
}

/** Finds the call of a path, and makes what the pages show of a call. */
export const createFindView = (deps: FindViewDeps) => {
  const { agents, environments } = deps

  const viewer = async (agency: Agency) => {
    const agentsById = new Map((await run(agents.listEver(agency.id))).map((agent) => [agent.id, agent]))
    const names = new Map((await run(environments.list(agency.id))).map(({ id, name }) => [id, name]))
    return (call: Call): CallView => {
      const agent = agentsById.get(call.agentId)
      return {
        ...call,
        environment: names.get(call.environmentId) ?? 'production',
        agentName: agent ? agentLabel(agent) : call.agentId,
        isAgentDeleted: agent?.deletedAt !== null,
      }
    }
  }

  const find = async (params: { agency: string; call: string }) => {
    const agency = await findAgency(deps, params.agency)
    const { call } = await run(findCallOf(deps, agency.id, params.call))
    return { agency, call: (await viewer(agency))(call) }
  }

  return { find, viewer }
}
