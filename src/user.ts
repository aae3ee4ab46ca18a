import { readFileSync, type Stats } from 'node:fs'
import { userInfo } from 'node:os'

/** A user as people know it: `callgate (uid 998)`. */
export const userOf = (uid: number): string => {
  const name = nameOf(uid)
  return name === undefined ? `uid ${uid}` : `${name} (uid ${uid})`
}

/** The command line that runs a command as a user. */
export const commandAs = (uid: number) => `sudo -u ${nameOf(uid) ?? `'#${uid}'`} callgate …`

/** The owner of a file, and the user of this process, which cannot read it. */
export const whose = (what: string, { uid }: Pick<Stats, 'uid'>) =>
  process.getuid === undefined
    ? `${what} is closed to this user.`
    : `${what} belongs to ${userOf(uid)}, and callgate runs as ${userOf(process.getuid())}.`

/** The system's user of a command, and who became that user by sudo: `alice as root`. */
export const userOfCommand = ({ SUDO_USER: sudoer }: Record<string, string | undefined>): string => {
  const uid = process.getuid?.()
  const user = (uid === undefined ? windowsUser() : nameOf(uid)) ?? `uid ${uid}`
  return sudoer && sudoer !== user ? `${sudoer} as ${user}` : user
}

const windowsUser = () => userInfo().username

/** Not cached: it runs only when something is wrong. */
const nameOf = (uid: number): string | undefined => {
  try {
    const users = readFileSync('/etc/passwd', 'utf8').split('\n')
    return users.map((line) => line.split(':')).find(([, , id]) => id === String(uid))?.[0]
  } catch {
    return undefined
  }
}

/**
 * The reason why others could change a file or a directory, and the remedy; undefined where only this user and root can.
 */
export const exposure = (path: string, { uid, mode }: Pick<Stats, 'uid' | 'mode'>): string | undefined => {
  const own = process.getuid?.()
  if (own === undefined) return undefined
  if (uid !== own && uid !== 0)
    return `${whose(path, { uid })} Its owner could change it. Run it as that user: ${commandAs(uid)}, or hand it over: sudo chown -R ${own} ${path}`
  if ((mode & writableByOthers) === 0) return undefined
  return `Other users can change ${path}. Run: chmod go-w ${path}`
}

const writableByOthers = 0o022
