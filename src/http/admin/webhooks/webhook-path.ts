import type { Agency } from '../../../agencies/agency.ts'
import type { Environment, EnvironmentName } from '../../../agencies/environment.ts'
import type { Crumb } from '../../page/breadcrumbs.tsx'
import { environmentTitles } from '../../page/words.tsx'
import { apiCrumb } from '../integrations/api-crumb.ts'

export const webhookPath = (agencyId: string, environment: EnvironmentName) =>
  `/admin/agencies/${agencyId}/integrations/api/${environment}/webhook`

export const webhookTitle = ({ name }: Pick<Environment, 'name'>) => `${environmentTitles[name]} webhook`

/** The pages above those of a webhook’s deliveries. */
export const webhookCrumbs = (
  agency: Pick<Agency, 'id'>,
  environment: Pick<Environment, 'name'>,
): Crumb[] => [
  apiCrumb(agency),
  { href: webhookPath(agency.id, environment.name), label: webhookTitle(environment) },
]
