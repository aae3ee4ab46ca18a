import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataDir } from '../../src/data-dir/data-dir.ts'

/** A new empty directory that is gone, with all in it, when its `using` block ends. */
export const temporaryDirectory = () => {
  const path = mkdtempSync(join(tmpdir(), 'callgate-'))
  return {
    path,
    database: join(path, 'callgate.db'),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** The same with the data of a callgate that knows nobody yet, as the first start of a server leaves it. */
export const temporaryDataDir = () => {
  const directory = temporaryDirectory()
  emptyDataDir(directory.path)
  return directory
}

/** Makes the data directory that only `serve`, `demo` and `restore` make. */
export const emptyDataDir = (path: string) =>
  new DataDir({ dataDir: path, secret: null }).openDatabase().close()
