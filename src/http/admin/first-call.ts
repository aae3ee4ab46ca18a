import type { Services } from '../../services.ts'
import type { EnvironmentRow } from '../../storage/environments.ts'

/** What the example of a first call is made of. */
export interface FirstCall {
  apiUrl: string
  /** Whom it names, where no default agent takes the call. */
  agentId: string | undefined
  hasAgent: boolean
}

/** Without a public URL, the API is where the page is. */
export const firstCallOf = (
  { agents, config }: Pick<Services, 'agents' | 'config'>,
  { agencyId, defaultAgentId }: Pick<EnvironmentRow, 'agencyId' | 'defaultAgentId'>,
  request: Request,
): FirstCall => {
  const apiUrl = config.publicUrl ?? `http://${request.headers.get('host') ?? new URL(request.url).host}`
  const first = agents.list(agencyId)[0]
  return {
    apiUrl,
    agentId: defaultAgentId === null ? first?.id : undefined,
    hasAgent: first !== undefined,
  }
}
