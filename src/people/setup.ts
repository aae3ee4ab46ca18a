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
 * The link that lets in the first person, undefined once there is one. New at every start and whenever it is asked for,
 * stored only as a hash, and written to a file for its owner alone.
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
