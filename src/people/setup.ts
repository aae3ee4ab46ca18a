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

/** Makes the setup link for the first account, stored as a hash; undefined once there is an account. */
export const makeSetupLink = (
  { people, clock }: Pick<SetupDeps, 'people' | 'clock'>,
  url: string,
): string | undefined => {
  if (people.anyone()) return undefined
  const token = randomToken()
  people.setSetupToken(tokenHash(token), clock.now() + setupMinutes * 60_000)
  return `${url}/admin/setup/open#${token}`
}

/** Writes the setup link to a file that only its owner can read, or removes the file where there is no link. */
export const leaveSetupLink = ({ dataDir }: Pick<SetupDeps, 'dataDir'>, link: string | undefined) =>
  link === undefined ? dataDir.removeSetupLink() : dataDir.writeSetupLink(link)

/** Makes a new setup link at every start, and writes it to its file. */
export const prepareSetup = (deps: SetupDeps, url: string): string | undefined => {
  const link = makeSetupLink(deps, url)
  leaveSetupLink(deps, link)
  return link
}
