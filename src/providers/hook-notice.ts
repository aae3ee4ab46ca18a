import { isIP } from 'node:net'
import { addressProblem } from '../outgoing/address.ts'

/**
 * A warning about a hook's address before it is pasted at a provider: without a public URL it is the listening address.
 * Undefined without a problem.
 */
export const hookNotice = (publicUrl: string | null, hookUrl: string): string | undefined => {
  if (publicUrl !== null || isReachable(new URL(hookUrl))) return undefined
  return 'Providers on the internet can’t reach this URL. Set CALLGATE_PUBLIC_URL to this server’s public https URL.'
}

const isReachable = ({ protocol, hostname }: URL) => {
  const host = hostname.replaceAll(/[[\]]/g, '')
  const isPrivate = isIP(host) === 0 ? host === 'localhost' : addressProblem(host, false) !== undefined
  return protocol === 'https:' && !isPrivate
}
