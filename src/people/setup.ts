import type { Clock } from '../clock.ts'
import { tokenHash } from '../keys/token.ts'
import { randomToken } from './sessions.ts'
import type { Work } from '../work.ts'

export const setupMinutes = 30

export interface SetupDeps {
  people: {
    anyone(): Work<boolean>
    setSetupToken(hash: string, expiresAt: number): Work<void>
  }
  dataDir: {
    writeSetupLink(link: string): void
    removeSetupLink(): void
  }
  clock: Pick<Clock, 'now'>
}

/** Makes the setup link for the first account, stored as a hash; undefined once there is an account. */
export const makeSetupLink = function* (
  { people, clock }: Pick<SetupDeps, 'people' | 'clock'>,
  url: string,
): Work<string | undefined> {
  if (yield* people.anyone()) return undefined
  const token = randomToken()
  yield* people.setSetupToken(tokenHash(token), clock.now() + setupMinutes * 60_000)
  return `${url}/admin/setup/open#${token}`
}

/** Writes the setup link to a file that only its owner can read, or removes the file where there is no link. */
export const leaveSetupLink = ({ dataDir }: Pick<SetupDeps, 'dataDir'>, link: string | undefined) =>
  link === undefined ? dataDir.removeSetupLink() : dataDir.writeSetupLink(link)

/** Makes a new setup link at every start, and writes it to its file. */
export const prepareSetup = function* (deps: SetupDeps, url: string): Work<string | undefined> {
  const link = yield* makeSetupLink(deps, url)
  leaveSetupLink(deps, link)
  return link
}
