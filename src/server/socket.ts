import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createSocketApp } from '../app.ts'
import type { Services } from '../wiring.ts'

/** Below the shortest that a system allows (macOS: 104 bytes, with the zero at its end). */
const pathMostBytes = 100

/**
 * Serves the operations to the commands of this machine, over a socket that only the owner of the data directory can
 * open. Gives its path, and the way to end it.
 */
export const serveSocket = (services: Services, directory: string) => {
  const usual = join(directory, 'callgate.sock')
  const isShort = Buffer.byteLength(usual) <= pathMostBytes
  const path = isShort ? usual : join(mkdtempSync(join(tmpdir(), 'callgate-')), 'callgate.sock')
  // One that an earlier server left: this process holds the directory's lock.
  rmSync(path, { force: true })
  const app = createSocketApp(services)
  const server = Bun.serve({ unix: path, fetch: (request) => app.handle(request) })
  chmodSync(path, 0o600)
  const remove = () => rmSync(isShort ? path : dirname(path), { force: true, recursive: true })
  return {
    path,
    remove,
    /** Takes nothing new; resolves when what it took is answered. */
    close: () => server.stop(),
    /** Ends what is still open. */
    cut: () => server.stop(true),
  }
}
