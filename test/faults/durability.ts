import { provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { idsIn, readDisk } from '../support/disk.ts'
import { postTo, setUpOperator } from '../support/operator.ts'
import { createRandom } from '../support/random.ts'

/**
 * Acknowledged is on disk: sixteen writers trigger calls and one at the page makes agencies, while the server is killed again
 * and again; after each time, all that was ever acknowledged has to be there. Usage: bun test/faults/durability.ts [kills]
 * [seed]. Prints one line; exits with 1 when a promise broke.
 */
const [kills = 3, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random } = createRandom(seed)
const writers = 16
const settings = {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_CONCURRENT_CALLS: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
}

using directory = temporaryDirectory()
let server = await startBinary(directory.path, settings)
process.on('exit', () => void server.kill())
const { newKey } = await provision(server.command)
const key = await newKey()
const operator = await setUpOperator(server)
await server.stop()

const calls = new Set<string>()
const agencies = new Set<string>()

let isKilled = false
const unexpected: unknown[] = []

/** Writes until the server is killed. Whatever fails before has no reason to. */
const write = async (once: () => Promise<void>) => {
  try {
    for (;;) await once()
  } catch (error) {
    if (!isKilled) unexpected.push(error)
  }
}

const trigger = async (url: string) => {
  const answer = await triggerAt(url, key)
  if (answer.status !== 200) throw new Error(`a trigger answered ${answer.status}`)
  calls.add(((await answer.json()) as { call_id: string }).call_id)
}

const makeAgency = async (url: string) => {
  const acme = { name: 'Acme', plan: 'agency' }
  const made = await postTo(url, '/admin/agencies', acme, { cookie: operator.cookie })
  if (made.status !== 303) throw new Error(`making an agency answered ${made.status}`)
  agencies.add(made.headers.get('location')?.split('/')[3] ?? '')
}

const look = () =>
  readDisk(directory.database, (database, isWhole) => ({
    calls: idsIn(database, 'calls'),
    agencies: idsIn(database, 'agencies'),
    isWhole,
  }))

let falseAcknowledgements = 0
let damaged = 0
let known = { calls: new Set<string>(), agencies: new Set<string>() }
const lost = new Set<string>()

for (let killed = 0; killed < kills; killed++) {
  server = await startBinary(directory.path, settings)
  isKilled = false
  const { url } = server
  const writing = [
    write(() => makeAgency(url)),
    ...Array.from({ length: writers }, () => write(() => trigger(url))),
  ]
  await Bun.sleep(50 + random() * 200)
  isKilled = true
  await server.kill()
  await Promise.all(writing)

  const disk = look()
  if (!disk.isWhole) damaged++
  falseAcknowledgements +=
    calls.difference(known.calls).difference(disk.calls).size +
    agencies.difference(known.agencies).difference(disk.agencies).size
  for (const gone of known.calls.difference(disk.calls)) lost.add(gone)
  for (const gone of known.agencies.difference(disk.agencies)) lost.add(gone)
  known = disk
}

for (const error of unexpected) process.stderr.write(`${String(error)}\n`)
process.stdout.write(
  `${kills} x kill -9 under ${writers} writers, ${calls.size} calls and ${agencies.size} agencies acknowledged: ` +
    `${lost.size} lost, ${falseAcknowledgements} false acknowledgements, ${damaged} times damaged (seed ${seed})\n`,
)
const held = lost.size + falseAcknowledgements + damaged + unexpected.length === 0
process.exit(held && calls.size > kills && agencies.size > 0 ? 0 : 1)
