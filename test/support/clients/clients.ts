import { join } from 'node:path'
import { hold } from '../conformance.ts'

interface Sent {
  method?: string
  path: string
  headers?: Record<string, string>
  body?: string | Uint8Array
  /** To wait before it is sent, over a connection that is kept. */
  pauseMs?: number
  /** By HTTP/1.0 and without a Host. */
  old?: boolean
}

export interface Answered {
  /** 0 where there was none. */
  status: number
  headers: Headers
  text: string
}

export interface Session {
  send(sent: Sent): Promise<Answered>
  end(): Promise<void>
}

/** What not every client can be brought to do. */
type Feat = 'surplus' | 'expect' | 'old' | 'pause'

export interface Client {
  name: string
  /** The program that has to be on the machine. */
  program: string
  cannot: Feat[]
  open(port: number): Session
}

const base64 = (body: string | Uint8Array) => Buffer.from(body).toString('base64')

const parsed = (line: string): Answered => {
  const [status = '0', body = '', ...headers] = line.split('\t')
  const pairs = headers.map((header) => header.split(/: ?(.*)/s, 2) as [string, string])
  return { status: Number(status), headers: new Headers(pairs), text: Buffer.from(body, 'base64').toString() }
}

/** Holds a response against `/openapi.json`, but for Bun's own to what it cannot read. */
const held = async ({ method = 'GET', path }: Sent, answered: Answered) => {
  const { status, headers, text } = answered
  const isBare = status === 0 || (status === 400 && text === '' && !headers.has('x-request-id'))
  if (!isBare) await hold(method, path, new Response(text || null, { status, headers }))
  return answered
}

/** A program beside this file that reads requests and writes responses, a line each. */
const openProgram = (command: string[], port: number): Session => {
  const child = Bun.spawn([...command, String(port)], { stdin: 'pipe', stdout: 'pipe', stderr: 'inherit' })
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader()
  let rest = ''
  const readLine = async (): Promise<string> => {
    const end = rest.indexOf('\n')
    if (end >= 0) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 1)
      return line
    }
    const { value, done } = await reader.read()
    if (done) return `0\t${base64('the client ended')}`
    rest += value
    return readLine()
  }
  return {
    send: async (sent) => {
      const { method = 'GET', path, headers = {}, body = '', pauseMs = 0, old } = sent
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
      const fields = [pauseMs, old ? '1.0' : '1.1', method, path, base64(body), ...lines]
      child.stdin.write(`${fields.join('\t')}\n`)
      child.stdin.flush()
      return held(sent, parsed(await readLine()))
    },
    end: async () => {
      // Each of them ends with what it reads; `go run` would outlive its own end otherwise.
      child.stdin.end()
      await child.exited
    },
  }
}

/** One curl for each request. */
const openCurl = (port: number): Session => ({
  send: async (sent) => {
    const { method = 'GET', path, headers = {}, body = '', old } = sent
    const given = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`])
    const how = method === 'HEAD' ? ['-I'] : ['-X', method]
    const data = body === '' ? [] : ['--data-binary', '@-']
    const version = old ? ['-0', '-H', 'Host:'] : []
    const url = `http://127.0.0.1:${port}${path}`
    const options = ['-sS', '-i', '--max-time', '30', ...how, ...version, ...given, ...data]
    const command = ['curl', ...options, url]
    const child = Bun.spawn(command, { stdin: Buffer.from(body), stdout: 'pipe', stderr: 'pipe' })
    const out = await new Response(child.stdout).text()
    const [head = '', text = ''] = out.replace(/^(?:HTTP\/\S+ 1\d\d.*?\r\n\r\n)+/s, '').split(/\r\n\r\n(.*)/s)
    const [first = '', ...lines] = head.split('\r\n')
    return held(sent, parsed([first.split(' ')[1] ?? '0', base64(text), ...lines].join('\t')))
  },
  end: async () => {},
})

const program = (name: string, command: string[], file: string, cannot: Feat[]): Client => ({
  name,
  program: command[0] ?? '',
  cannot,
  open: (port) => openProgram([...command, join(import.meta.dir, file)], port),
})

export const clients: readonly Client[] = [
  { name: 'curl', program: 'curl', cannot: ['pause'], open: openCurl },
  program('Node', ['node'], 'client.mjs', ['surplus', 'old']),
  program('Python', ['python3'], 'client.py', []),
  program('PHP', ['php'], 'client.php', ['old', 'pause']),
  program('Go', ['go', 'run'], 'client.go', ['surplus', 'old']),
  // It writes 100-Continue, which Bun does not take, and waits for ever.
  program('Java', ['java'], 'Client.java', ['surplus', 'expect', 'old']),
]
