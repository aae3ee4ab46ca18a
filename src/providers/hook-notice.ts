import { isIP } from 'node:net'
import { addressProblem } from '../outgoing/address.ts'

/**
 * What to know of a hook's address before it is pasted at a provider: without a public URL it is where this machine
 * listens. Undefined when nothing stands against it.
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
