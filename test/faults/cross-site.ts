import { Database } from 'bun:sqlite'
import { startBinary } from '../support/binary.ts'
import {
  contentTypes,
  form,
  fromOurPages,
  hosts,
  methods,
  originsAround,
  sites,
  statusOf,
} from '../support/cross-site.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { setUpOperator } from '../support/operator.ts'
import { sendRaw, statusOf as answered } from '../support/raw.ts'

/**
 * With an operator's cookie, a form is taken from the server's own pages alone, and as a form alone: every pairing of
 * host, Sec-Fetch-Site, Origin, content type and method, byte for byte over a socket. Usage: bun test/faults/cross-site.ts
 * [everyNth]. Prints one line; exits with 1 when a promise broke.
 */
const [everyNth = 1] = Bun.argv.slice(2).map(Number)
const clientsAtOnce = 16

using directory = temporaryDirectory()
await using server = await startBinary(directory.path, {
  CALLGATE_PUBLIC_URL: 'https://calls.example.com',
  CALLGATE_LOG_LEVEL: 'error',
})
const { cookie } = await setUpOperator(server)

const cells = methods
  .flatMap((method) => sites.map((site) => ({ method, site })))
  .flatMap((cell) =>
    hosts.flatMap((host) => originsAround(host).map((origin) => ({ ...cell, host, origin }))),
  )
  .flatMap((cell) => contentTypes.map((contentType) => ({ ...cell, contentType })))
  .filter((_, index) => index % everyNth === 0)

const statuses = new Map<number, number>()
let [surprises, allowed] = [0, 0]
const ask = async ({ method, host, site, origin, contentType }: (typeof cells)[number]) => {
  const body = method === 'GET' || method === 'HEAD' ? '' : form
  const head = [
    `${method} /admin/agencies HTTP/1.1`,
    `Host: ${host}`,
    `Cookie: ${cookie}`,
    ...(site ? [`Sec-Fetch-Site: ${site}`] : []),
    ...(origin ? [`Origin: ${origin}`] : []),
    ...(contentType ? [`Content-Type: ${contentType}`] : []),
    ...(body ? [`Content-Length: ${body.length}`] : []),
    'Connection: close',
  ]
  const status = answered(await sendRaw(server.url, `${head.join('\r\n')}\r\n\r\n${body}`))
  statuses.set(status, (statuses.get(status) ?? 0) + 1)
  const expected = statusOf(method, fromOurPages(host, site, origin), contentType)
  if (expected === 303) allowed++
  if (status === expected) return
  surprises++
  process.stderr.write(`${[host, ...head.slice(3)].join(', ')}: ${status}, not ${expected}\n`)
}
let next = 0
const client = async () => {
  for (let cell = cells[next++]; cell; cell = cells[next++]) await ask(cell)
}
await Promise.all(Array.from({ length: clientsAtOnce }, client))

const database = new Database(directory.database, { readonly: true })
const made = Number(database.query("select count(*) from agencies where name = 'Made'").values()[0]?.[0])
database.close()
const sorted = [...statuses].toSorted(([a], [b]) => a - b).map(([status, count]) => `${status} ${count}`)
process.stdout.write(
  `${cells.length} pairings of host, site, origin, type and method: ${surprises} answered otherwise than they should, ` +
    `${made} forms taken of ${allowed} allowed (${sorted.join(', ')})\n`,
)
process.exitCode = surprises === 0 && made === allowed ? 0 : 1
