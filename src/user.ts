import { readFileSync, type Stats } from 'node:fs'

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

/** Not cached: it runs only when something is wrong. */
const nameOf = (uid: number): string | undefined => {
  try {
    const users = readFileSync('/etc/passwd', 'utf8').split('\n')
    return users.map((line) => line.split(':')).find(([, , id]) => id === String(uid))?.[0]
  } catch {
    return undefined
  }
}
