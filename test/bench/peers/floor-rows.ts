import { Database } from 'bun:sqlite'
import { getTableColumns } from 'drizzle-orm'
import { calls } from '../../../src/storage/schema.ts'

// The floor of a trigger: the body is parsed, one row of a call's columns is on disk before the answer, in one commit with
// the rows of the same turn, and nothing else is done. Then the row is written again so many times, a turn each.
// Arguments: port, the answer, the number of later writes.
const [port = '', answer = '', later = '0'] = process.argv.slice(2)
const body: unknown = JSON.parse(answer)

const sqlite = new Database('floor.sqlite', { strict: true, create: true })
for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'cache_size = -16000'])
  sqlite.run(`PRAGMA ${pragma}`)
const names = Object.values(getTableColumns(calls)).map(({ name }) => name)
sqlite.run(
  `create table calls (${names.map((name) => (name === 'id' ? 'id text primary key' : name)).join(', ')})`,
)

/** The columns that hold something in a call of the simulator. */
const filled = {
  agency_id: crypto.randomUUID(),
  environment_id: crypto.randomUUID(),
  agent_id: crypto.randomUUID(),
  provider: 'simulator',
  phone_number: '+15551234507',
  status: 'initiated',
  dispatch: 'pending',
  hang_up_due: 0,
  details_asked: 0,
  opted_out: 0,
  created_at: Date.now(),
  heard_at: Date.now(),
  expires_at: Date.now(),
  grant_number: 1,
  request_id: crypto.randomUUID(),
}
const values = Object.values(filled)
const insertion = sqlite.query(
  `insert into calls (id, ${Object.keys(filled).join(', ')}) values (?, ${values.map(() => '?').join(', ')})`,
)
const change = sqlite.query('update calls set status = ?, heard_at = ? where id = ?')

let waiting: { write: () => void; done: () => void }[] = []
const flush = () => {
  const batch = waiting
  waiting = []
  sqlite.transaction(() => batch.forEach(({ write }) => write())).immediate()
  for (const { done } of batch) done()
}
const commit = (write: () => void) =>
  new Promise<void>((done) => {
    if (waiting.length === 0) setImmediate(flush)
    waiting.push({ write, done })
  })

const live = async (id: string) => {
  for (let left = Number(later); left > 0; left--) await commit(() => change.run(`state ${left}`, left, id))
}

Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  fetch: async (request) => {
    if (request.method === 'POST') {
      await request.json()
      const id = Bun.randomUUIDv7()
      await commit(() => insertion.run(id, ...values))
      void live(id)
    }
    return Response.json(body)
  },
})
