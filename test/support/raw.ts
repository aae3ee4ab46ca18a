import { connect } from 'node:net'

/** Sends bytes as they are, and gives what comes back until the connection ends; an end of ours only where nobody else's comes. */
export const sendRaw = (url: string, bytes: string, patienceMs = 15_000) =>
  new Promise<string>((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    let received = ''
    const end = () => {
      clearTimeout(timer)
      socket.destroy()
      resolve(received)
    }
    const timer = setTimeout(end, patienceMs)
    socket.on('data', (chunk) => (received += chunk.toString('latin1'))).on('close', end)
    socket.on('error', end)
    socket.write(bytes, 'latin1')
  })

/** What came back, without the encouragement to send a body. */
const answers = (received: string) => received.replaceAll('HTTP/1.1 100 Continue\r\n\r\n', '')

/** The status of the first answer in what came back; NaN where there is none. */
export const statusOf = (received: string) =>
  Number(/^HTTP\/1\.1 (\d{3}) /.exec(answers(received))?.[1] ?? Number.NaN)

/** How many answers came back. */
export const answersIn = (received: string) => answers(received).split(/HTTP\/1\.1 \d{3} /).length - 1
