import { chmodSync, constants, copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { executable } from './binary.ts'
import { temporaryDirectory } from './directory.ts'

/** A user who owns nothing, on every Linux. */
export const nobody = 65_534

const asNobody = ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups']

/** Whether this process may become another user. */
export const canBeOther = () =>
  process.getuid?.() === 0 && Bun.which('setpriv') !== null && Bun.spawnSync([...asNobody, 'true']).success

/** A file system of four megabytes, until the block of its `using` ends; undefined where this process may not mount one. */
export const smallDisk = () => {
  const directory = temporaryDirectory()
  const { path } = directory
  const mount = ['mount', '-t', 'tmpfs', '-o', 'size=4m,mode=0700', 'tmpfs', path]
  const isMounted = process.getuid?.() === 0 && Bun.which('mount') !== null && Bun.spawnSync(mount).success
  const dispose = () => {
    if (isMounted) Bun.spawnSync(['umount', '-l', path])
    directory[Symbol.dispose]()
  }
  if (isMounted) return { path, [Symbol.dispose]: dispose }
  dispose()
  return undefined
}

export const canMount = () => {
  using disk = smallDisk()
  return disk !== undefined
}

/** Runs the executable as nobody, out of a directory that everybody may enter. */
export const commandsOfNobody = (directory: string) => {
  const copy = join(directory, 'callgate')
  copyFileSync(executable, copy, constants.COPYFILE_FICLONE)
  for (const path of [directory, copy]) chmodSync(path, 0o755)
  return (dataDir: string, ...words: string[]) => {
    const env = { CALLGATE_DATA_DIR: dataDir, CALLGATE_PORT: '0' }
    const { exitCode, stdout, stderr } = Bun.spawnSync([...asNobody, copy, ...words], { env, cwd: directory })
    return { code: exitCode, out: String(stdout), err: String(stderr) }
  }
}
