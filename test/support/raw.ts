import { connect } from 'node:net'

/**
 * Sends bytes as they are, and gives what comes back until the connection ends, but for encouragements to send a body. Ends
 * it itself where the server does not in time.
 */
export const sendRaw = (url: string, bytes: string, patienceMs = 15_000) =>
  new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let received = ''
    const end = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(received.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', ''))
    }
    const timer = setTimeout(end, patienceMs)
    socket.on('data', (chunk) => (received += chunk.toString('latin1'))).on('close', end)
    socket.on('error', end)
    socket.write(bytes, 'latin1')
  })

/** The status of the first answer in what came back; NaN where there is none. */
export const statusOf = (received: string) => Number(/^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1] ?? Number.NaN)

/** How many answers came back. */
export const answersIn = (received: string) => received.split(/HTTP\/1\.1 \d{3} /).length - 1
