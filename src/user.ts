import { readFileSync, type Stats } from 'node:fs'

/** A user as people know it: `callgate (uid 998)`. */
export const userOf = (uid: number): string => {
  const name = nameOf(uid)
  return name === undefined ? `uid ${uid}` : `${name} (uid ${uid})`
}

/** How a command is run as a user. */
export const commandAs = (uid: number) => `sudo -u ${nameOf(uid) ?? `'#${uid}'`} callgate …`

/** Whose a file is, and who this process is, which it does not let in. */
export const whose = (what: string, { uid }: Pick<Stats, 'uid'>) =>
  process.getuid === undefined
    ? `${what} is closed to this user.`
    : `${what} belongs to ${userOf(uid)}, and callgate runs as ${userOf(process.getuid())}.`

/** Read anew each time: it is asked only when something is wrong. */
const nameOf = (uid: number): string | undefined => {
  try {
    const users = readFileSync('/etc/passwd', 'utf8').split('\n')
    return users.map((line) => line.split(':')).find(([, , id]) => id === String(uid))?.[0]
  } catch {
    return undefined
  }
}
