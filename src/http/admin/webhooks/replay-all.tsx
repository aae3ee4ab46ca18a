import type { Environment } from '../../../agencies/environment.ts'
import { type Endpoint, endpointTarget } from '../../../webhooks/endpoint.ts'
import { counted } from '../../page/layout.tsx'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { Ask } from '../question/questions.tsx'
import { webhookCrumbs, webhookPath } from './webhook-path.ts'

interface ReplayAllProps extends AgencyPageProps {
  environment: Environment
  webhook: Endpoint
  dead: number
}

/** Nothing ends, but a receiver may get more at once than it is ready for. */
export const ReplayAllPage = ({ person, agency, environment, webhook, dead }: ReplayAllProps) => {
  const path = webhookPath(agency.id, environment.name)
  const asked = {
    operation: 'webhook.replay',
    ends: `${counted(dead, 'failed delivery', 'failed deliveries')} of ${environment.name} will be sent to ${endpointTarget(webhook)} again, each with its own webhook-id.`,
    impact: undefined,
    agencyName: agency.name,
    environment: environment.name,
  }
  return (
    <AgencyLayout
      person={person}
      agency={agency}
      title="Replay all"
      section="integrations"
      parents={webhookCrumbs(agency, environment)}
    >
      <Ask asked={asked} action={`${path}/replay`} keep={{ href: path, label: 'Cancel' }} />
    </AgencyLayout>
  )
}
