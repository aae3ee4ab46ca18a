import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Database } from './database.ts'

/** Reads how many bytes are free where the database is; null where it cannot be known, as in memory. */
export const createFreeSpace =
  ({ sqlite: { filename } }: Pick<Database, 'sqlite'>) =>
  (): number | null => {
    if (filename === '' || filename === ':memory:') return null
    try {
      const { bavail, bsize } = statfsSync(dirname(filename))
      return bavail * bsize
    } catch {
      return null
    }
  }
