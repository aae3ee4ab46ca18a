import { Database } from 'bun:sqlite'
import { askAt, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { brokenFramings } from '../support/framing.ts'
import { createRandom } from '../support/random.ts'
import { answersIn, sendRaw, statusOf } from '../support/raw.ts'

/**
 * No message that two readers can take for different things is accepted, whole or in pieces; none brings about a second
 * answer, or a call. Of pipelined messages, each answer is its own request's; an order behind which another message came may
 * go unanswered, but never makes two calls; one with bytes too many behind it makes a call exactly where it gets a 200. Usage: bun test/faults/framing.ts [rounds] [seed]. Prints one line; exits with 1
 * when a promise broke.
 */
const [rounds = 2, seed = 1] = Bun.argv.slice(2).map(Number)
const { random, pick } = createRandom(seed)
const orders = rounds * 5

using directory = temporaryDirectory()
await using server = await startBinary(directory.path, {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
})
const { url } = server
const key = await (await provision(server.command)).newKey()
const database = new Database(directory.database, { readonly: true })
const calls = () => Number(database.query('select count(*) from calls').values()[0]?.[0])

const framings = brokenFramings(key)
const accepted = new Set<string>()
let [sent, unanswered, byParser] = [0, 0, 0]
const judge = (name: string, received: string) => {
  sent++
  const status = statusOf(received)
  if (Number.isNaN(status)) unanswered++
  // What Bun says of a first line that it cannot read; nothing of ours was asked.
  if (status === 505) byParser++
  if (status < 400 || (status >= 500 && status !== 505) || answersIn(received) > 1) {
    accepted.add(name)
    process.stderr.write(`${name}: ${JSON.stringify(received.slice(0, 300))}\n`)
  }
}
for (let round = 0; round < rounds; round++)
  await Promise.all(
    framings.map(async ({ name, bytes }) => judge(name, await sendRaw(url, bytes, { patienceMs: 3000 }))),
  )
const smuggled = calls()

/** Two or three of them at once: the same as if each had come alone, in their order. */
const asking = (path: string, more = '') =>
  `GET ${path} HTTP/1.1\r\nHost: callgate.test\r\nAuthorization: Bearer ${key}\r\n${more}\r\n`
const paths = ['/healthz', '/api/v1/key', '/api/v1/none', '/api/v1/agents']
const alone = new Map<string, number>()
for (const path of paths) alone.set(path, (await askAt(url, key, path)).status)
let confused = 0
for (let round = 0; round < rounds * 20; round++) {
  const asked = Array.from({ length: 2 + Math.floor(random() * 8) }, () => pick(paths))
  const bytes = [...asked.map((path) => asking(path)), asking('/readyz', 'Connection: close\r\n')].join('')
  const statuses = [
    ...(await sendRaw(url, bytes, { patienceMs: 5000 })).matchAll(/HTTP\/1\.1 (\d{3}) /g),
  ].map(([, status]) => Number(status))
  const expected = [...asked.map((path) => alone.get(path)), 200]
  if (statuses.join() === expected.join()) continue
  confused++
  process.stderr.write(`asked ${asked.join()}, answered ${statuses.join()}\n`)
}

const body = '{"phone_number":"+15551234500"}'
const ordering = (idempotencyKey: string, more = '') =>
  `POST /api/v1/calls/trigger HTTP/1.1\r\nHost: callgate.test\r\nAuthorization: Bearer ${key}\r\n` +
  `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nIdempotency-Key: ${idempotencyKey}\r\n${more}\r\n${body}`
let lost = 0
for (let number = 0; number < orders; number++) {
  const first = await sendRaw(
    url,
    `${ordering(`order-${number}`)}${asking('/healthz', 'Connection: close\r\n')}`,
    { patienceMs: 2000 },
  )
  if (answersIn(first) < 2) lost++
  const again = async () => statusOf(await sendRaw(url, ordering(`order-${number}`, 'Connection: close\r\n')))
  let status = await again()
  // The first is still on its way to the disk.
  while (status === 409) status = await again()
  if (status !== 200) confused++
}
const made = calls() - smuggled

/** Many at once, so that good ones and those with something behind them share commits. */
const surpluses = ['', '', '\r\n', 'x', '\0', asking('/healthz'), ordering('behind')]
let [answered, cut] = [0, 0]
for (let round = 0; round < orders; round++)
  await Promise.all(
    Array.from({ length: 40 }, async (_, number) => {
      const surplus = pick(surpluses)
      const bytes = `${ordering(`surplus-${round}-${number}`, surplus === '' ? 'Connection: close\r\n' : '')}${surplus}`
      const received = await sendRaw(url, bytes, { patienceMs: 2000 })
      if (received.includes('"call_id"')) answered++
      else cut++
    }),
  )
const unheard = calls() - smuggled - made - answered

process.stdout.write(
  `${sent} broken messages of ${framings.length} kinds: ${accepted.size} kinds accepted, ${smuggled} calls smuggled, ` +
    `${unanswered} closed unanswered, ${byParser} answered 505 by the parser; ${rounds * 20} pipelines of requests: ${confused} ` +
    `confused; ${orders} orders with a request behind: ${lost} unanswered, ${made} calls; ${answered + cut} orders, most with ` +
    `bytes too many: ${answered} answered 200, ${unheard} calls beside them (seed ${seed})\n`,
)
database.close()
const isExact = made === orders && unheard === 0 && answered > 0 && cut > 0
process.exitCode = accepted.size + smuggled + confused === 0 && isExact ? 0 : 1
