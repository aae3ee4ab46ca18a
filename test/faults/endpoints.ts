import { readConfig } from '../../src/config.ts'
import { systemClock } from '../../src/clock.ts'
import { createServices } from '../../src/wiring.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { startReceiver } from '../support/receiver.ts'
import { atOnce } from '../../src/work.ts'

/**
 * Every delivery verifies, and endpoints that hang, answer a gigabyte or drip hold up no other and fill no memory.
 * Usage: bun test/faults/endpoints.ts [events]. Prints one line; exits with 1 when a promise broke.
 */
const [events = 300] = Bun.argv.slice(2).map(Number)
const batch = 10
const pauseMs = 40
/** How much the process may grow while a gigabyte is offered to it again and again. */
const growthMostMb = 150
/** From here on a run is judged by its speed too. */
const timedEvents = 2000

using directory = temporaryDirectory()
const seed = createGate({ path: directory.database })
const { agencies, environments } = seed.services
const environmentOf = (name: string) => {
  const made = atOnce(environments.find(atOnce(agencies.create(name, 'agency', Date.now())).id, 'production'))
  if (!made) throw new Error('no production environment')
  return made.id
}

const never = new Promise<Response>(() => {})
const megabyte = new Uint8Array(1024 * 1024)
const endless = (chunk: Uint8Array, pauseBetweenMs: number, chunks: number) => {
  let left = chunks
  return new ReadableStream({
    pull: async (controller) => {
      await Bun.sleep(pauseBetweenMs)
      if (left-- <= 0) return controller.close()
      controller.enqueue(chunk)
    },
  })
}
const hostile = {
  hangs: () => never,
  floods: () => new Response(endless(megabyte, 0, 1024)),
  drips: () => new Response(endless(new Uint8Array([46]), 300, 1_000_000)),
}

const config = { ...readConfig({}, false), allowPrivateDestinations: true }
const dataDir = { secret: () => testSecret, writeSetupLink: () => {}, removeSetupLink: () => {} }
const database = openDatabase(directory.database, 5000)
const services = createServices({ config, dataDir, database, clock: systemClock, log: silentLog })
const gate = { ...seed, services, clock: { now: () => Date.now() } } as unknown as typeof seed

const writtenAt = new Map<string, number>()
const delaysMs: number[] = []
await using receiver = startReceiver(({ body }) => {
  delaysMs.push(performance.now() - (writtenAt.get(String(body.call_id)) ?? Number.NaN))
  return new Response()
})
const save = (environmentId: string, url: string) => {
  const secret = mintWebhookSecret()
  atOnce(services.webhooks.save(environmentId, url, secret, Date.now()))
  return secret
}
const first = save(seed.production.id, receiver.url)
receiver.expect(first)

/** Lets a call end, so that its endpoint has to be told. */
const happen = async (environmentId: string) => {
  const { id } = undispatched(gate, '00', { environmentId })
  writtenAt.set(id, performance.now())
  await services.lifecycle.record(id, { type: 'ended', at: Date.now(), status: 'completed' })
}

/** Events at a steady pace; the 99th percentile of how long each took to arrive, in milliseconds. */
const run = async (count: number) => {
  delaysMs.length = 0
  for (let done = 0; done < count; done += batch) {
    await Promise.all(Array.from({ length: batch }, () => happen(seed.production.id)))
    await Bun.sleep(pauseMs)
  }
  while (delaysMs.length < count) await Bun.sleep(20)
  return delaysMs.toSorted((a, b) => a - b)[Math.floor(count * 0.99)] ?? Number.NaN
}

services.deliverer.start()
const alone = await run(events / 2)
const servers = await Promise.all(
  Object.entries(hostile).map(async ([name, answer]) => {
    const server = startReceiver(answer)
    const environmentId = environmentOf(name)
    save(environmentId, server.url)
    for (let event = 0; event < 100; event++) await happen(environmentId)
    return server
  }),
)
Bun.gc(true)
const beforeMb = process.memoryUsage.rss() / 1024 / 1024
atOnce(services.webhooks.rotate(seed.production.id, mintWebhookSecret(), Date.now()))
const beside = await run(events / 2)
const growthMb = process.memoryUsage.rss() / 1024 / 1024 - beforeMb

const verified = receiver.received.filter((one) => one.verified).length
const ids = new Set(receiver.received.map(({ id }) => id)).size
const bothSigned = receiver.received.filter(({ signatures }) => signatures.length === 2).length
const held =
  verified === events &&
  ids === events &&
  bothSigned === events / 2 &&
  (events < timedEvents || beside < 5000) &&
  growthMb < growthMostMb

process.stdout.write(
  `${verified} of ${events} deliveries verified, ${bothSigned} of them signed with two secrets; ` +
    `p99 ${alone.toFixed(0)} ms alone, ${beside.toFixed(0)} ms beside endpoints that hang, answer 1 GB and drip; ` +
    `memory ${growthMb >= 0 ? '+' : ''}${growthMb.toFixed(0)} MB\n`,
)
services.halt()
for (const server of servers) void server[Symbol.asyncDispose]()
process.exit(held ? 0 : 1)
