import { join } from 'node:path'

const root = join(import.meta.dir, '../..')

/**
 * A macro: runs when the importing file is compiled. The commit that is compiled, with `-dirty` behind it when the files
 * are not that commit's; null where there is no repository, as in an archive of the source.
 */
export const readCommit = (): string | null => {
  const args = ['--git-dir=.git', 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
  try {
    const { success, stdout } = Bun.spawnSync(['git', ...args], { cwd: root, stderr: 'ignore' })
    return success ? stdout.toString().trim() : null
  } catch {
    // There is no git here.
    return null
  }
}
