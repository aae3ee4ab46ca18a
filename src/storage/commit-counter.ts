/**
 * Reads a number that differs after every commit of any process, from the memory that SQLite shares between them: the
 * change counter of the WAL index (SQLite, WAL-mode file format, §2.1: bytes 8 to 11). Asking SQLite itself costs two
 * microseconds, and is asked before every decision. Undefined where that memory cannot be mapped.
 */
export const openCommitCounter = (path: string): (() => number) | undefined => {
  try {
    const { buffer, byteOffset } = Bun.mmap(`${path}-shm`)
    const words = new Uint32Array(buffer, byteOffset, 3)
    return () => words[2] ?? 0
  } catch {
    return undefined
  }
}
