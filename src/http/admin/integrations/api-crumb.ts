import type { Agency } from '../../../agencies/agency.ts'
import type { Crumb } from '../../page/breadcrumbs.tsx'

/** The page above those of one environment’s key, limits, webhook and hook. */
export const apiCrumb = ({ id }: Pick<Agency, 'id'>): Crumb => ({
  href: `/admin/agencies/${id}/integrations/api`,
  label: 'API & Webhooks',
})
