import { type Access, whyAccessIsLocked } from '../../../agencies/access.ts'

interface ProductionOffProps {
  agencyId: string
  role: 'operator' | 'admin'
  access: Access | undefined
}

/** On every page of an agency while its production access is off: what that means, and the cure. */
export const ProductionOff = ({ agencyId, role, access }: ProductionOffProps) => {
  if (!access || access.accessDisabledBy === null) return null
  const api = `/admin/agencies/${agencyId}/integrations/api`
  const locked = whyAccessIsLocked(access, role)
  return (
    <p class="notice warning production-off">
      <strong>Production access is disabled:</strong> every production request gets 403.{' '}
      {locked ?? <a href={`${api}#production-title`}>Enable it under API &amp; Webhooks</a>}
      {locked !== undefined && access.leakedAt !== null && (
        <>
          {' '}
          <a href={`${api}/production/rotate`}>Rotate the key</a>
        </>
      )}
    </p>
  )
}
