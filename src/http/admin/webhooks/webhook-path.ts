import type { EnvironmentName } from '../../../agencies/environment.ts'

export const webhookPath = (agencyId: string, environment: EnvironmentName) =>
  `/admin/agencies/${agencyId}/integrations/api/${environment}/webhook`
