import type { AuditLine } from '../../../audit.ts'

const uuidPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** The pages of an agency, by the noun of the action. */
const sections: Record<string, string> = {
  agency: '',
  plan: '',
  limits: '/integrations/api',
  key: '/integrations/api',
  access: '/integrations/api',
  dialling: '/integrations/api',
  policy: '/rules',
  agent: '/agents',
  default_agent: '/agents',
  provider: '/integrations',
  call: '/calls',
  dnc: '/do-not-call',
}

/** The pages of the whole gate, which operators see. */
const ofGate: Record<string, string> = {
  policy: '/admin/rules',
  dnc: '/admin/do-not-call',
  person: '/admin/people',
  invitation: '/admin/people',
  password: '/admin/people',
  second_factor: '/admin/people',
  sessions: '/admin/people',
  token: '/admin/tokens',
}

/** The page of what an entry is about, as far as the viewer has one; undefined where it may be gone. */
export const subjectPath = (
  { action, agencyId, environment, target }: AuditLine,
  isOperator: boolean,
): string | undefined => {
  const [noun = ''] = action.split('.')
  if (noun === 'alert') return '/admin/alerts'
  if (action === 'agency.deleted') return undefined
  if (agencyId === null || !(noun in sections || isHook(noun))) return isOperator ? ofGate[noun] : undefined
  const base = `/admin/agencies/${agencyId}`
  if (isHook(noun))
    return environment === null ? undefined : `${base}/integrations/api/${environment}/${noun}`
  if (noun === 'call' && target !== null && uuidPattern.test(target)) return `${base}/calls/${target}`
  return `${base}${sections[noun]}`
}

const isHook = (noun: string) => noun === 'webhook' || noun === 'predial'
