import { readFileSync } from 'node:fs'

/** A file system and its mount point. */
export interface Mount {
  at: string
  type: string
}

/** The mount of an absolute path, where the system lists mounts as Linux does. */
export const mountOf = (path: string): Mount | undefined => {
  try {
    return mountIn(readFileSync('/proc/self/mounts', 'utf8'), path)
  } catch {
    return undefined
  }
}

/**
 * Finds the mount of a path in a table like /proc/self/mounts, see proc(5): of several on one directory, the last one
 * counts.
 */
export const mountIn = (table: string, path: string): Mount | undefined => {
  const mounts = table
    .split('\n')
    .map((line) => line.split(' '))
    .map(([, at = '', type = '']) => ({ at: unescaped(at), type }))
    .filter(({ at }) => at === '/' || path === at || path.startsWith(`${at}/`))
  const longest = Math.max(...mounts.map(({ at }) => at.length))
  return mounts.findLast(({ at }) => at.length === longest)
}

/**
 * True for file systems on which SQLite's locks are unreliable: https://sqlite.org/wal.html, "does not work over a
 * network filesystem".
 */
export const isNetwork = ({ type }: Mount) =>
  /^(?:nfs\d?|cifs|smb\w*|afs|ceph|lustre|beegfs|fuse\.(?:sshfs|glusterfs|ceph\S*|s3fs|rclone|gcsfuse|davfs\S*))$/.test(
    type,
  )

/** Blanks and backslashes are written as three octal digits. */
const unescaped = (text: string) =>
  text.replaceAll(/\\(\d{3})/g, (_, octal: string) => String.fromCodePoint(Number.parseInt(octal, 8)))
