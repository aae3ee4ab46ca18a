import { serveSocket } from '../../src/server/socket.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { type Gate, testSecret } from './gate.ts'

/** Lets commands on a data directory go through a gate that serves it, as through a server; gives the way to end that. */
export const takeCommands = ({ services }: Pick<Gate, 'services'>, path: string) => {
  const held = new DataDir({ dataDir: path, secret: testSecret }).lock(services.instance)
  if (!held) throw new Error(`somebody else holds ${path}`)
  const socket = serveSocket(services, path)
  held.publish({ url: 'http://localhost', socket: socket.path })
  return () => {
    void socket.cut()
    socket.remove()
    held.unlock()
  }
}
