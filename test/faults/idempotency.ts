import { Database } from 'bun:sqlite'
import { provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { freePort } from '../support/port.ts'
import { createRandom } from '../support/random.ts'

/**
 * Once only: fifty requests at once with one Idempotency-Key, each repeated until it is answered, and every fourth time
 * across a kill -9. They all get one answer, the same bytes, and there is one call. Usage: bun test/faults/idempotency.ts
 * [rounds] [seed]. Prints one line; exits with 1 when a promise broke.
 */
const [rounds = 8, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random } = createRandom(seed)
const atOnce = 50
const killEvery = 4
const settings = {
  CALLGATE_PORT: String(freePort()),
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
}

using directory = temporaryDirectory()
let server = await startBinary(directory.path, settings)
process.on('exit', () => void server.kill())
const key = await (await provision(server.command)).newKey()

const counts = { cut: 0, inFlight: 0, replayed: 0, strange: 0 }

/** Asks until there is an answer, as an integrator does; resolves to its bytes. */
const triggerUntilAnswered = async (idempotencyKey: string): Promise<string> => {
  for (;;) {
    const response = await fetch(`${server.url}/api/v1/calls/trigger`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': idempotencyKey,
      },
      body: JSON.stringify({ phone_number: '+15551234500', name: idempotencyKey }),
    }).catch(() => undefined)
    const body = await response?.text().catch(() => undefined)
    if (response?.status === 200 && body !== undefined) {
      if (response.headers.get('idempotent-replayed') === 'true') counts.replayed++
      return body
    }
    if (body === undefined) counts.cut++
    else if (response?.status === 409) counts.inFlight++
    else counts.strange++
    await Bun.sleep(20)
  }
}

let killed = 0
let differing = 0
for (let round = 0; round < rounds; round++) {
  const asking = Array.from({ length: atOnce }, () => triggerUntilAnswered(`round-${round}`))
  if (round % killEvery === 0) {
    await Bun.sleep(random() * 30)
    await server.kill()
    killed++
    server = await startBinary(directory.path, settings)
  }
  if (new Set(await Promise.all(asking)).size !== 1) differing++
}
await server.stop()

using database = new Database(directory.database, { readonly: true })
const perKey = database.query('select count(*) from calls group by name').values().flat().map(Number)
const most = Math.max(...perKey)

process.stdout.write(
  `${rounds} x ${atOnce} requests with one key, ${killed} x kill -9: ${perKey.length} keys made ${perKey.reduce((sum, one) => sum + one, 0)} calls, ` +
    `${most} a key at most, ${differing} times other bytes (${counts.replayed} replayed, ${counts.inFlight} told to come back, ` +
    `${counts.cut} cut, ${counts.strange} answered otherwise; seed ${seed})\n`,
)
process.exit(perKey.length === rounds && most === 1 && differing + counts.strange === 0 ? 0 : 1)
