import type { Clock } from '../clock.ts'
import { tokenHash } from '../keys/token.ts'
import { randomToken } from './sessions.ts'

export const setupMinutes = 30

export interface SetupDeps {
  people: {
    anyone(): boolean
    setSetupToken(hash: string, expiresAt: number): void
  }
  dataDir: {
    writeSetupLink(link: string): void
    removeSetupLink(): void
  }
  clock: Pick<Clock, 'now'>
}

/**
 * Makes the setup link for the first account; undefined once there is one. New at every start and on request, stored as
 * a hash, and written to a file that only its owner can read.
 */
export const prepareSetup = ({ people, dataDir, clock }: SetupDeps, url: string): string | undefined => {
  if (people.anyone()) {
    dataDir.removeSetupLink()
    return undefined
  }
  const token = randomToken()
  people.setSetupToken(tokenHash(token), clock.now() + setupMinutes * 60_000)
  const link = `${url}/admin/setup?token=${token}`
  dataDir.writeSetupLink(link)
  return link
}
