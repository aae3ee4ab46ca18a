import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createSocketApp } from '../app.ts'
import type { Services } from '../wiring.ts'

/** Below the shortest limit of any system (macOS: 104 bytes, with the terminating zero). */
const pathMostBytes = 100

/**
 * Serves the operations to commands on this machine, over a socket that only the owner of the data directory can open.
 * Returns its path and the way to stop it.
 */
export const serveSocket = (services: Services, directory: string) => {
  const usual = join(directory, 'callgate.sock')
  const isShort = Buffer.byteLength(usual) <= pathMostBytes
  const path = isShort ? usual : join(mkdtempSync(join(tmpdir(), 'callgate-')), 'callgate.sock')
  // A leftover of an earlier server: this process holds the directory's lock.
  rmSync(path, { force: true })
  const app = createSocketApp(services)
  const server = Bun.serve({ unix: path, fetch: (request) => app.handle(request) })
  chmodSync(path, 0o600)
  const remove = () => rmSync(isShort ? path : dirname(path), { force: true, recursive: true })
  return {
    path,
    remove,
    /** Accepts no more connections; resolves when the open requests are answered. */
    close: () => server.stop(),
    /** Closes all open connections. */
    cut: () => server.stop(true),
  }
}
