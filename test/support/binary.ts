import { shutKinds } from '../../src/policy/number.ts'
import { anyCountry } from '../../src/policy/rules.ts'
import { join } from 'node:path'
import type { FakeProvider } from './fakes/fake.ts'

export const executable = join(import.meta.dir, '../../dist/callgate')

/** The server ended before it said what was waited for. */
export class EndedEarly extends Error {
  constructor(
    event: string,
    readonly exitCode: number,
    lines: string[],
  ) {
    super(`the server ended with ${exitCode} and without "${event}":\n${lines.join('\n')}`)
  }
}

interface Line {
  event?: string
  url?: string
}

/** The compiled executable serving a data directory on a free loopback port. It is gone when its block ends. */
export const startBinary = async (
  dataDir: string,
  settings: Record<string, string> = {},
  serve = [executable, 'serve'],
) => {
  const env = { CALLGATE_DATA_DIR: dataDir, CALLGATE_PORT: '0', CALLGATE_LOG_FORMAT: 'json', ...settings }
  const server = Bun.spawn(serve, { cwd: dataDir, env, stdout: 'pipe', stderr: 'inherit' })
  // A script that ends by `process.exit` disposes of nothing: no server outlives it.
  const endWithUs = () => server.kill('SIGKILL')
  process.on('exit', endWithUs)
  void server.exited.then(() => process.off('exit', endWithUs))
  const log = followLog(server.stdout, server.exited)
  const { url = '' } = await log.find('listening')

  const end = async (signal: NodeJS.Signals) => {
    server.kill(signal)
    return server.exited
  }
  return {
    url,
    pid: server.pid,
    dataDir,
    log: log.lines,
    command: commandOn(env),
    setupLink: async () => (await log.find('setup')).url ?? '',
    /** Resolves to the first line with this event. */
    logged: (event: string) => log.find(event),
    signal: (signal: NodeJS.Signals) => server.kill(signal),
    /** Ends the process as a power cut would. */
    kill: () => end('SIGKILL'),
    /** Asks the process to stop; resolves to its exit code. */
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: async () => void (await end('SIGKILL')),
  }
}

export type Command = ReturnType<typeof commandOn>

/** Runs a command of the executable in an environment of its own, and gives what its `--json` prints. */
export const commandOn =
  (env: Record<string, string>) =>
  async (...args: string[]): Promise<Record<string, string>> => {
    const child = Bun.spawn([executable, ...args, '--json'], { env, stdout: 'pipe', stderr: 'pipe' })
    const out = await new Response(child.stdout).text()
    if ((await child.exited) !== 0)
      throw new Error(`callgate ${args.join(' ')}: ${await new Response(child.stderr).text()}`)
    return JSON.parse(out) as Record<string, string>
  }

/** An agency whose default agent in both environments is a new one. Numbers that nobody has may be called as well. */
export const provision = async (command: Command) => {
  await command('policy', 'set', '--countries', '*', '--number-kinds', 'unknown')
  const { id: agency = '' } = await command('agency', 'create', '--name', 'Acme', '--plan', 'agency')
  const { id: agent = '' } = await command('agent', 'create', '--agency', agency, '--name', 'Ann')
  for (const environment of ['production', 'staging'])
    await command('agent', 'default', '--agency', agency, '--environment', environment, '--agent', agent)
  const newKey = async (how: 'generate' | 'rotate' = 'generate', environment = 'production') =>
    (await command('key', how, '--agency', agency, '--environment', environment, '--yes')).key ?? ''
  return { agency, agent, newKey }
}

/** Lets calls ring every number: those of the tests belong to nobody. */
export const allowEveryNumber = (command: Command) =>
  command('policy', 'set', '--countries', anyCountry, '--number-kinds', shutKinds.join(','))

/** The agency's account at a stand-in for a provider, with an agent who dials there. */
export const connectProvider = async (command: Command, agency: string, fake: FakeProvider) => {
  const { agent, baseUrl, credentials, kind } = fake
  await allowEveryNumber(command)
  const whose = ['--agency', agency, '--provider', kind.name]
  const given = Object.entries(credentials).flatMap(([name, value]) => ['--credential', `${name}=${value}`])
  const { hook_url: hookUrl = '' } = await command(
    'provider',
    'set',
    ...whose,
    '--base-url',
    baseUrl,
    ...given,
  )
  const { ref, fromNumber } = agent
  const dials = [...(ref ? ['--ref', ref] : []), ...(fromNumber ? ['--from', fromNumber] : [])]
  const { id: agentId = '' } = await command('agent', 'create', ...whose, '--name', kind.name, ...dials)
  return { agentId, hookUrl }
}

export const triggerAt = (url: string, key: string, scenario = '00') =>
  fetch(`${url}/api/v1/calls/trigger`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ phone_number: `+155512345${scenario}` }),
  })

export const askAt = (url: string, key: string, path = '/api/v1/key', method = 'GET') =>
  fetch(`${url}${path}`, { method, headers: { authorization: `Bearer ${key}` } })

/** Keeps every line as it comes, and finds the first with a given event, already there or still to come. */
const followLog = (stream: ReadableStream<Uint8Array>, exited: Promise<number>) => {
  const lines: string[] = []
  let wake = () => {}
  let ended = false

  const follow = async () => {
    const decoder = new TextDecoder()
    let rest = ''
    for await (const chunk of stream) {
      const complete = (rest + decoder.decode(chunk, { stream: true })).split('\n')
      rest = complete.pop() ?? ''
      lines.push(...complete)
      wake()
    }
    ended = true
    wake()
  }
  void follow()

  const find = async (event: string): Promise<Line> => {
    for (let at = 0; ; at++) {
      while (at >= lines.length && !ended) await new Promise<void>((resolve) => (wake = resolve))
      if (at >= lines.length) throw new EndedEarly(event, await exited, lines)
      const line = JSON.parse(lines[at] ?? '') as Line
      if (line.event === event) return line
    }
  }
  return { lines, find }
}
