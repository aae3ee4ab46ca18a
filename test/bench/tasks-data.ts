import type { Database } from 'bun:sqlite'

const agenciesMost = 500
const callsMost = 640

/** What is looked for. */
export interface Wanted {
  phoneNumber: string
  requestId: string
  last4: string
}

/** Adds to the demo what makes it hard to find anything: 500 agencies, and 640 older calls of one of them. */
export const enlarge = (sqlite: Database): Wanted => {
  const one = <Row>(sql: string) => sqlite.query<Row, []>(sql).get() as Row
  const agency = sqlite.prepare(
    "insert into agencies (id, name, plan, created_at) values (?, ?, 'agency', 0)",
  )
  const environment = sqlite.prepare(
    'insert into environments (id, agency_id, name, dials_real, revision) values (?, ?, ?, 0, 1)',
  )
  const columns = sqlite
    .query<{ name: string }, []>("select name from pragma_table_info('calls')")
    .all()
    .map(({ name }) => name)
  const changed = ['id', 'phone_number', 'created_at', 'provider_call_id']
  const kept = columns.filter((name) => !changed.includes(name)).join(', ')
  const model = one<{ id: string; at: number }>(
    "select id, created_at as at from calls where status = 'completed' order by id limit 1",
  )
  const call = sqlite.prepare(
    `insert into calls (${changed.join(', ')}, ${kept}) select ?, ?, ?, null, ${kept} from calls where id = ?`,
  )
  sqlite.run('begin')
  for (let at = 0; at < agenciesMost; at++) {
    const id = Bun.randomUUIDv7()
    agency.run(id, `${['Bay', 'Cove', 'Dune', 'Elm'][at % 4]} Agency ${at}`)
    for (const name of ['production', 'staging']) environment.run(Bun.randomUUIDv7(), id, name)
  }
  const numberOf = (at: number) => `+1303555${1000 + at}`
  for (let at = 0; at < callsMost; at++) {
    const createdAt = model.at - (at + 1) * 600_000
    call.run(Bun.randomUUIDv7('hex', createdAt), numberOf(at), createdAt, model.id)
  }
  sqlite.run('commit')
  return {
    phoneNumber: numberOf(400),
    requestId: one<{ id: string }>('select request_id as id from refusals order by at desc limit 1').id,
    last4: one<{ last4: string }>(
      `select last4 from keys join environments e on e.id = environment_id
       where replaced_at is null and e.name = 'production' limit 1`,
    ).last4,
  }
}
