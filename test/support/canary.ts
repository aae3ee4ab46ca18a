import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'

/** Listens on both loopback addresses, and counts who comes. What it does with them is up to the test. */
export const startCanary = async (welcome: (socket: Socket) => void = (socket) => socket.destroy()) => {
  let connections = 0
  const open = new Set<Socket>()
  const take = (socket: Socket) => {
    connections++
    open.add(socket)
    socket.on('error', () => {}).on('close', () => open.delete(socket))
    welcome(socket)
  }
  const first = await listen(createServer(take), 0, '127.0.0.1')
  const { port } = first.address() as AddressInfo
  // A machine without IPv6 has nothing there to be reached.
  const second = await listen(createServer(take), port, '::1').catch(() => undefined)
  const servers = second ? [first, second] : [first]
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    connections: () => connections,
    /** Resolves once everybody has gone. */
    quiet: async () => {
      await Promise.all([...open].map((socket) => new Promise((gone) => socket.once('close', gone))))
    },
    [Symbol.dispose]: () => {
      for (const socket of open) socket.destroy()
      for (const server of servers) server.close()
    },
  }
}

const listen = (server: Server, port: number, host: string) =>
  new Promise<Server>((resolve, reject) => {
    server.on('error', reject).listen(port, host, () => resolve(server))
  })
