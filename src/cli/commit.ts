import { join } from 'node:path'

const root = join(import.meta.dir, '../..')

/**
 * A macro: runs when the importing file is compiled. Returns the commit, with `-dirty` after it when files differ from
 * it; null without a repository, as in a source archive.
 */
export const readCommit = (): string | null => {
  const args = ['--git-dir=.git', 'describe', '--always', '--dirty', '--abbrev=40', '--exclude=*']
  try {
    const { success, stdout } = Bun.spawnSync(['git', ...args], { cwd: root, stderr: 'ignore' })
    return success ? stdout.toString().trim() : null
  } catch {
    // Git is not installed.
    return null
  }
}
