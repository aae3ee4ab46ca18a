// Sends what it reads, a request a line, over one connection, and writes what comes back, a response a line.
import { Agent, request } from 'node:http'
import { createInterface } from 'node:readline'
import { setTimeout } from 'node:timers/promises'

const agent = new Agent({ keepAlive: true, maxSockets: 1 })
const base64 = (bytes) => Buffer.from(bytes).toString('base64')

const send = (method, path, body, headers) =>
  new Promise((resolve) => {
    const fields = Object.fromEntries(headers.map((header) => header.split(/: (.*)/s, 2)))
    if (body.length > 0) fields['Content-Length'] = body.length
    const asked = request({ host: '127.0.0.1', port: process.argv[2], agent, method, path, headers: fields })
    asked.on('error', (error) => resolve(['0', base64(String(error))]))
    asked.on('response', async (response) => {
      const received = Buffer.concat(await response.toArray())
      const names = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`)
      resolve([response.statusCode, base64(received), ...names])
    })
    if ('Expect' in fields) asked.on('continue', () => asked.end(body)).flushHeaders()
    else asked.end(body)
  })

for await (const line of createInterface({ input: process.stdin })) {
  const [pause, , method, path, body, ...headers] = line.split('\t')
  await setTimeout(Number(pause))
  const answer = await send(method, path, Buffer.from(body, 'base64'), headers)
  process.stdout.write(`${answer.join('\t')}\n`)
}
process.exit()
