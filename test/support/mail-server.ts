import { createServer, type Socket } from 'node:net'

interface Mail {
  from: string
  to: string[]
  /** Headers and text as they came. */
  data: string
}

/** A mail server on loopback that takes every mail (RFC 5321), or answers the data with another status. */
export const startMailServer = async () => {
  const mails: Mail[] = []
  const sockets = new Set<Socket>()
  let status = 250
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let [mail, isData, rest] = [{ from: '', to: [] as string[], data: '' }, false, '']
    const say = (line: string) => socket.write(`${line}\r\n`)
    const take = (line: string) => {
      if (isData && line !== '.') {
        mail.data += `${line}\n`
        return
      }
      if (isData) {
        isData = false
        if (status === 250) mails.push(mail)
        mail = { from: '', to: [], data: '' }
        say(`${status} ${status === 250 ? 'taken' : 'not now'}`)
        return
      }
      const [, address = ''] = /<(.*?)>/.exec(line) ?? []
      if (line.startsWith('MAIL')) mail.from = address
      if (line.startsWith('RCPT')) mail.to.push(address)
      if (line.startsWith('DATA')) {
        isData = true
        say('354 go on')
      } else if (line.startsWith('QUIT')) socket.end('221 bye\r\n')
      else say('250 ok')
    }
    say('220 mail.test')
    socket.on('data', (bytes) => {
      const lines = (rest + bytes.toString()).split('\r\n')
      rest = lines.pop() ?? ''
      for (const line of lines) take(line)
    })
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    answer: (next: number) => (status = next),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}
