import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createGate } from '../support/gate.ts'
import { enter } from '../support/page.ts'
import { fill } from './dashboard-data.ts'

/** Prints how long the dashboard's main pages take with many agencies and calls: `bun test/bench/dashboard.ts --help`. */
const { values } = parseArgs({
  options: {
    agencies: { type: 'string', default: '10000' },
    calls: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '40' },
    /** A database that an earlier run has kept, or where this one keeps it. */
    database: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  process.stdout.write(
    'bun test/bench/dashboard.ts [--agencies N] [--calls N] [--rounds N] [--database FILE]\n',
  )
  process.exit(0)
}

const directory = mkdtempSync(join(tmpdir(), 'callgate-dashboard-'))
const path = values.database ?? join(directory, 'callgate.db')
const isFilled = existsSync(path)
const gate = createGate({ path })
const { database, services } = gate
if (!isFilled) {
  const begunAt = performance.now()
  fill(gate, { agencies: Number(values.agencies), calls: Number(values.calls) })
  process.stdout.write(`filled in ${((performance.now() - begunAt) / 1000).toFixed(0)} s\n`)
}

const one = <Row>(sql: string) => database.sqlite.query<Row, []>(sql).get() as Row
const largest = one<{ id: string; agency: string; agent: string; phone: string; request: string }>(
  `select id, agency_id as agency, agent_id as agent, phone_number as phone from calls
   where agency_id = (select agency_id from calls order by id limit 1) order by id desc limit 1`,
)
const environment = 'production'
const { cookie } = enter(gate, { role: 'operator' })
const calls = `/admin/agencies/${largest.agency}/calls`
const month = 'from=2025-12-15&to=2026-01-15'
const pages: Record<string, string> = {
  'overview of the gate': '/admin',
  agencies: '/admin/agencies',
  'agencies, page 2 by last call': '/admin/agencies?sort=last_call',
  'agencies, searched': '/admin/agencies?q=harbour',
  'overview of an agency': `/admin/agencies/${largest.agency}`,
  calls,
  'calls by number': `${calls}?${new URLSearchParams({ number: largest.phone })}`,
  'calls by status and dates': `${calls}?status=busy&${month}`,
  'calls by agent and outcome': `${calls}?agent=${largest.agent}&outcome=voicemail`,
  'calls, none found': `${calls}?outcome=released`,
  call: `${calls}/${largest.id}`,
  usage: `/admin/agencies/${largest.agency}/usage`,
  'usage of 30 days': `/admin/agencies/${largest.agency}/usage?range=month`,
  deliveries: `/admin/agencies/${largest.agency}/integrations/api/${environment}/webhook`,
  'find a number': `/admin/find?${new URLSearchParams({ q: largest.phone })}`,
  'find a number, as in its country': `/admin/find?q=${largest.phone.slice(2)}`,
  'find a name': '/admin/find?q=harbour',
  'find a request': `/admin/find?q=${Bun.randomUUIDv7('hex', gate.clock.now() - 86_400_000)}`,
  audit: '/admin/audit',
  'audit by actor and action': '/admin/audit?actor=person-7@example.com&action=key.rotated',
}

const cell = (text: string | number, width: number) => String(text).padStart(width)
const quantile = (sorted: number[], of: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * of))] ?? 0
process.stdout.write(
  `\n${'page'.padEnd(36)}${cell('first ms', 10)}${cell('p50 ms', 10)}${cell('p95 ms', 10)}${cell('KB', 8)}\n`,
)
for (const [name, target] of Object.entries(pages)) {
  const times: number[] = []
  let bytes = 0
  let status = 0
  for (let round = 0; round <= Number(values.rounds); round++) {
    const begunAt = performance.now()
    const response = await gate.request(target, { headers: { cookie } })
    bytes = (await response.arrayBuffer()).byteLength
    times.push(performance.now() - begunAt)
    status = response.status
  }
  const [first = 0, ...others] = times
  const sorted = others.toSorted((a, b) => a - b)
  const figures = [first, quantile(sorted, 0.5), quantile(sorted, 0.95)]
  process.stdout.write(
    `${name.padEnd(36)}${figures.map((ms) => cell(ms.toFixed(1), 10)).join('')}${cell((bytes / 1024).toFixed(1), 8)}` +
      `${status === 200 || status === 303 ? '' : `  status ${status}`}\n`,
  )
}
services.halt()
database.close()
rmSync(directory, { recursive: true, force: true })
