import { readFileSync } from 'node:fs'

/** A file system, and the directory that it begins at. */
export interface Mount {
  at: string
  type: string
}

/** The mount that an absolute path is on, where the system tells it as Linux does. */
export const mountOf = (path: string): Mount | undefined => {
  try {
    return mountIn(readFileSync('/proc/self/mounts', 'utf8'), path)
  } catch {
    return undefined
  }
}

/** The mount of a path in a table like /proc/self/mounts, see proc(5): of several on one directory, the last one counts. */
export const mountIn = (table: string, path: string): Mount | undefined => {
  const mounts = table
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, at = '', type = '']) => ({ at: unescaped(at), type }))
    .filter(({ at }) => at === '/' || path === at || path.startsWith(`${at}/`))
  const longest = Math.max(...mounts.map(({ at }) => at.length))
  return mounts.findLast(({ at }) => at.length === longest)
}

/** Whether the locks of SQLite cannot be trusted there: https://sqlite.org/wal.html, "does not work over a network filesystem". */
export const isNetwork = ({ type }: Mount) =>
  /^(?:nfs\d?|cifs|smb\w*|afs|ceph|lustre|beegfs|fuse\.(?:sshfs|glusterfs|ceph\S*|s3fs|rclone|gcsfuse|davfs\S*))$/.test(
    type,
  )

/** Blanks and backslashes stand as three octal digits. */
const unescaped = (text: string) =>
  text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))
