import { connectProvider, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { idsIn, readDisk } from '../support/disk.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { canTrace, servingTraced, skip } from '../support/strace.ts'

/**
 * Killed at exactly the n-th write, sync or send: between a call's write and its sync, between its commit and its answer,
 * between its being marked as sent and the order to its provider. The request is then repeated with its Idempotency-Key: there
 * is one call, and it is ordered once. Usage: bun test/faults/failpoints.ts [most] [step]. Prints one line; exits with 1 when
 * a promise broke, and skips where there is no strace.
 */
const [most = 6, step = 3] = Bun.argv.slice(2).map(Number)
const settings = {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
  CALLGATE_LOG_LEVEL: 'error',
}
if (!canTrace()) skip('there is no strace that may trace here')

using directory = temporaryDirectory()
const fake = await startFakeHttp()
let server = await startBinary(directory.path, settings)
process.on('exit', () => void server.kill())
const { agency, newKey } = await provision(server.command)
const key = await newKey()
const { agentId } = await connectProvider(server.command, agency, fake)
await server.stop()

interface Answer {
  callId: string
  replayed: boolean
}

/** Undefined where the server went before it answered. */
const trigger = async (url: string, name: string): Promise<Answer | undefined> => {
  const response = await fetch(`${url}/api/v1/calls/trigger`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': 'application/json',
      'idempotency-key': name,
    },
    body: JSON.stringify({ phone_number: '+15551234500', agent_id: agentId, name }),
  }).catch(() => undefined)
  const body = (await response?.json().catch(() => undefined)) as { call_id?: string } | undefined
  if (!body) return undefined
  if (!body.call_id) throw new Error(`${name} was answered ${response?.status}: ${JSON.stringify(body)}`)
  return { callId: body.call_id, replayed: response?.headers.get('idempotent-replayed') === 'true' }
}

/** Enough to come to any of the places. */
const callsMost = 100
const acknowledged = new Set<string>()
const counts = { kills: 0, committed: 0, orphans: 0, notReplayed: 0, lost: 0, damaged: 0 }

/** What the kill left of the calls of one name, and of all. */
const look = (name: string) =>
  readDisk(directory.database, (database, isWhole) => {
    const [id] = database.query('select id from calls where name = ?').values(name).flat()
    const sending = database.query("select id from calls where dispatch = 'sending'").values().length
    return { id, sending, isWhole, missing: acknowledged.difference(idsIn(database, 'calls')).size }
  })

/** Calls, one after the other, until the server is killed; the last is then asked for again. */
const killAt = async (call: string, at: number) => {
  const serve = servingTraced('/dev/null', [call], [`${call}:signal=KILL:when=${at}`])
  const doomed = await startBinary(directory.path, settings, serve).catch(() => undefined)
  counts.kills++
  let name = `${call}-${at}-0`
  for (let number = 0; doomed && number < callsMost; number++) {
    name = `${call}-${at}-${number}`
    const answer = await trigger(doomed.url, name)
    if (!answer) break
    acknowledged.add(answer.callId)
  }
  const left = look(name)
  counts.lost += left.missing
  if (!left.isWhole) counts.damaged++
  if (left.id) counts.committed++
  if (left.sending > 0) counts.orphans++

  server = await startBinary(directory.path, settings)
  const again = await trigger(server.url, name)
  if (left.id && !(again?.replayed && again.callId === left.id)) counts.notReplayed++
  if (again) acknowledged.add(again.callId)
  await server.stop()
}

for (let at = 1; at <= most; at++) {
  await killAt('sendto', at)
  if (at % step !== 0) continue
  await killAt('fsync', at)
  // Writes come by the dozen, syncs one a commit.
  await killAt('pwrite64', at * 5)
}

/** How many calls there are of each name: one each is right. */
const perName = readDisk(directory.database, (database) =>
  database.query('select count(*) from calls group by name').values().flat().map(Number),
)
const mostOrders = Math.max(...[...acknowledged].map((callId) => fake.createsOf(callId)))
const doubled = perName.filter((count) => count !== 1).length

process.stdout.write(
  `${counts.kills} kills at a write, sync or send: ${counts.committed} between commit and answer, ${counts.notReplayed} of these not replayed, ` +
    `${counts.orphans} with an order on its way; of ${acknowledged.size} acknowledged calls ${counts.lost} lost, ${doubled} doubled, ` +
    `${mostOrders} orders a call at most, ${counts.damaged} times damaged\n`,
)
await fake[Symbol.asyncDispose]()
const broken = counts.notReplayed + counts.lost + counts.damaged + doubled + fake.complaints.length
process.exit(broken === 0 && mostOrders === 1 && counts.committed > 0 ? 0 : 1)
