import { Database as Sqlite } from 'bun:sqlite'
import { join } from 'node:path'
import { executable, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'

/**
 * A backup holds every call that was acknowledged before it began: taken again and again while clients trigger calls, and
 * each restored. Usage: bun test/faults/backups.ts [backups] [pauseMs]. Prints one line; exits with 1 when a promise broke.
 */
const [backups = 4, pauseMs = 0] = Bun.argv.slice(2).map(Number)
const clientsAtOnce = 8

using directory = temporaryDirectory()
const server = await startBinary(directory.path, {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
})
const key = await (await provision(server.command)).newKey()

const acknowledged: string[] = []
let isOver = false
const client = async () => {
  while (!isOver) {
    const { call_id } = (await (await triggerAt(server.url, key)).json()) as { call_id: string }
    acknowledged.push(call_id)
  }
}
const clients = Array.from({ length: clientsAtOnce }, client)

const callgate = async (dataDir: string, ...args: string[]) => {
  const env = { CALLGATE_DATA_DIR: dataDir }
  const child = Bun.spawn([executable, ...args], { env, stdout: 'ignore', stderr: 'inherit' })
  return (await child.exited) === 0
}

const taken: { file: string; before: string[] }[] = []
let refused = 0
for (let number = 1; number <= backups; number++) {
  await Bun.sleep(pauseMs)
  const file = join(directory.path, `${number}.db`)
  const before = [...acknowledged]
  if (await callgate(directory.path, 'backup', file)) taken.push({ file, before })
  else refused++
}
isOver = true
await Promise.all(clients)
await server.stop()

let missing = 0
let damaged = 0
for (const { file, before } of taken) {
  using target = temporaryDirectory()
  if (!(await callgate(target.path, 'restore', file))) {
    damaged++
    continue
  }
  const database = new Sqlite(target.database, { readonly: true })
  const ids = new Set(
    database
      .query<{ id: string }, []>('select id from calls')
      .all()
      .map(({ id }) => id),
  )
  missing += before.filter((id) => !ids.has(id)).length
  database.close()
}

process.stdout.write(
  `${backups} backups during ${acknowledged.length} calls: ${refused} refused, ${damaged} damaged, ${missing} acknowledged calls missing\n`,
)
process.exit(refused + damaged + missing === 0 && acknowledged.length > 0 ? 0 : 1)
