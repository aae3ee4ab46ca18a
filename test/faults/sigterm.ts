import { Database as Sqlite } from 'bun:sqlite'
import { provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { freePort } from '../support/port.ts'

/**
 * SIGTERM under load: no acknowledged call is lost, and no answer is cut or withheld. Every call on disk has to have been
 * answered, and every answered one to be on disk. Usage: bun test/faults/sigterm.ts [times]. Prints one line; exits with
 * 1 when a promise broke.
 */
const [times = 3] = Bun.argv.slice(2).map(Number)
const clientsAtOnce = 16
const loadMs = 300
const settings = {
  CALLGATE_PORT: String(freePort()),
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
}

using directory = temporaryDirectory()
const acknowledged = new Set<string>()
let key = ''
let cut = 0
let slow = 0
let unclean = 0

/** An answer that began has to end: its body is read to the end, and is the JSON of a call. */
const client = async (url: string, isOver: () => boolean) => {
  while (!isOver()) {
    // A connection that is refused or closed unread was never accepted: such a request has left no row.
    const response = await triggerAt(url, key).catch(() => undefined)
    if (!response) continue
    try {
      const { call_id } = (await response.json()) as { call_id?: string }
      if (call_id) acknowledged.add(call_id)
      else cut++
    } catch {
      cut++
    }
  }
}

for (let time = 1; time <= times; time++) {
  const server = await startBinary(directory.path, settings)
  if (time === 1) key = await (await provision(server.command)).newKey()
  let isOver = false
  const clients = Array.from({ length: clientsAtOnce }, () => client(server.url, () => isOver))
  await Bun.sleep(loadMs)
  const askedAt = performance.now()
  if ((await server.stop()) !== 0) unclean++
  if (performance.now() - askedAt > 10_000) slow++
  isOver = true
  await Promise.all(clients)
}

const database = new Sqlite(directory.database, { readonly: true })
const onDisk = new Set(
  database
    .query<{ id: string }, []>('select id from calls')
    .all()
    .map(({ id }) => id),
)
database.close()
const lost = acknowledged.difference(onDisk).size
const unanswered = onDisk.difference(acknowledged).size

process.stdout.write(
  `${times} x SIGTERM during ${acknowledged.size} calls: ${lost} acknowledged calls lost, ${unanswered} calls never answered, ` +
    `${cut} answers cut, ${unclean} unclean ends, ${slow} later than 10 s\n`,
)
process.exit(lost + unanswered + cut + unclean + slow === 0 && acknowledged.size > 0 ? 0 : 1)
