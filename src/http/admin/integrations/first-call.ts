import type { Agent } from '../../../agencies/agent.ts'
import type { Environment } from '../../../agencies/environment.ts'
import type { Config } from '../../../config.ts'
import { ownOrigin } from '../../address.ts'
import { run, type Work } from '../../../work.ts'

/** The values of the example of a first call. */
export interface FirstCall {
  apiUrl: string
  /** The agent to name, where there is no default agent. */
  agentId: string | undefined
  hasAgent: boolean
}

export interface FirstCallDeps {
  agents: { list(agencyId: string): Work<Pick<Agent, 'id'>[]> }
  config: Pick<Config, 'publicUrl' | 'trustedProxies'>
}

/** Without a public URL, the API is at the origin of the page. */
export const firstCallOf = async (
  { agents, config }: FirstCallDeps,
  { agencyId, defaultAgentId }: Pick<Environment, 'agencyId' | 'defaultAgentId'>,
  { request, server }: { request: Request; server: Parameters<typeof ownOrigin>[1] },
): Promise<FirstCall> => {
  const apiUrl = config.publicUrl ?? ownOrigin(request, server, config.trustedProxies)
  const first = (await run(agents.list(agencyId)))[0]
  return {
    apiUrl,
    agentId: defaultAgentId === null ? first?.id : undefined,
    hasAgent: first !== undefined,
  }
}
