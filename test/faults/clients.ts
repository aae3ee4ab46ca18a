import { provision, startBinary } from '../support/binary.ts'
import { type Case, cases } from '../support/clients/cases.ts'
import { type Client, clients } from '../support/clients/clients.ts'
import { proxies } from '../support/clients/proxies.ts'
import { temporaryDirectory } from '../support/directory.ts'

/**
 * The clients and the proxies that people have get from the executable what the documentation says: each client does each
 * case, directly and through each proxy, whose health checks find the server up. Usage: bun test/faults/clients.ts
 * [clients|all] [pauseSeconds]. Prints one line, and at full size a table of client × case before it on standard error; exits
 * with 1 when a promise broke.
 */
const [names = 'all', pauseSeconds = '70'] = Bun.argv.slice(2)
const isFull = names === 'all'
const isChosen = ({ name }: Client) => isFull || names.split(',').includes(name)
const isThere = ({ program }: { program: string }) => Bun.which(program) !== null
const missing = [...clients.filter(isChosen), ...(isFull ? proxies : [])].filter((one) => !isThere(one))
const chosen = clients.filter((client) => isChosen(client) && isThere(client))

using directory = temporaryDirectory()
await using server = await startBinary(directory.path, {
  CALLGATE_REQUESTS_PER_MINUTE: '40',
  CALLGATE_WINDOW_SECONDS: '2',
  CALLGATE_CONCURRENT_CALLS: '1000',
  CALLGATE_TRUSTED_PROXIES: '127.0.0.1',
  CALLGATE_LOG_LEVEL: 'error',
})

const broken: string[] = []
const notes = new Set<string>()
const table: Record<string, Record<string, string>> = {}
let ran = 0

const drive = async (client: Client, route: string, port: number) => {
  const name = `${client.name} ${route}`
  const row: Record<string, string> = (table[name] = {})
  const key = await (await provision(server.command)).newKey()
  const session = client.open(port)
  const note = (text: string) => void notes.add(text)
  const run = async ({ name: what, needs, direct = false, run: runCase }: Case) => {
    if ((needs && client.cannot.includes(needs)) || (direct && route !== 'direct')) return '-'
    ran++
    const given = { key, pauseMs: Number(pauseSeconds) * 1000, note }
    const flaw = await runCase(session, given).catch((error: unknown) => String(error))
    if (flaw === undefined) return 'ok'
    broken.push(`${name}, ${what}: ${flaw}`)
    return 'BROKEN'
  }
  for (const one of cases) row[one.name] = await run(one)
  await session.end()
}

const serverPort = Number(new URL(server.url).port)
await Promise.all(chosen.map((client) => drive(client, 'direct', serverPort)))
const through = isFull ? proxies.filter(isThere) : []
for (const proxy of through) {
  await using running = await proxy.start(directory.path, serverPort)
  await Promise.all(chosen.map((client) => drive(client, `by ${proxy.name}`, running.port)))
  for (const complaint of await running.complaints()) broken.push(`${proxy.name}, ${complaint}`)
}

if (isFull) process.stderr.write(`${Bun.inspect.table(table)}\n`)
for (const flaw of broken) process.stderr.write(`${flaw}\n`)
const without =
  missing.length === 0 ? '' : `; not on this machine: ${missing.map(({ name }) => name).join(', ')}`
const noted = notes.size === 0 ? '' : `; seen: ${[...notes].join(', ')}`
process.stdout.write(
  ran === 0
    ? `skipped: none of ${names} is on this machine\n`
    : `${ran} cases of ${[...chosen, ...through].map(({ name }) => name).join(', ')}: ${broken.length} broken${noted}${without}\n`,
)
process.exitCode = broken.length === 0 ? 0 : 1
