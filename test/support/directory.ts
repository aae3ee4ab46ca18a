import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new empty directory that is gone, with all in it, when its `using` block ends. */
export const temporaryDirectory = () => {
  const path = mkdtempSync(join(tmpdir(), 'callgate-'))
  return {
    path,
    database: join(path, 'callgate.db'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}
