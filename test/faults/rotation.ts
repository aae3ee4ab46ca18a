import { askAt, commandOn, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { setUpOperator } from '../support/operator.ts'
import { createRandom } from '../support/random.ts'

/**
 * A rotation ends the old key at once: twenty clients ask with the newest key and those before it, while the key is rotated
 * again and again, in turn at the page, by the admin API, by a command on the data directory and by one from elsewhere. What
 * is begun after the rotating answer is refused with an old key and admitted with the new one. Usage: bun test/faults/rotation.ts [rotations] [seed]. Prints one line; exits with
 * 1 when a promise broke.
 */
const [rotations = 20, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random } = createRandom(seed)
const clientsAtOnce = 20

using directory = temporaryDirectory()
const server = await startBinary(directory.path, {
  CALLGATE_REQUESTS_PER_MINUTE: '1000000',
  CALLGATE_LOG_LEVEL: 'error',
})
process.on('exit', () => void server.kill())
const { agency, newKey } = await provision(server.command)
const operator = await setUpOperator(server)
const made = await server.command('token', 'create', '--name', 'rotation', '--permission', 'key.rotate')
const token = made.token ?? ''
const where = { agency, environment: 'production' }
const elsewhere = commandOn({ CALLGATE_SERVER: server.url, CALLGATE_ADMIN_TOKEN: token })

const byApi = async () => {
  const response = await fetch(`${server.url}/api/admin/v1/key.rotate`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(where),
  })
  return ((await response.json()) as { data: { key: string } }).data.key
}
const fromElsewhere = async () =>
  (await elsewhere('key', 'rotate', '--agency', agency, '--environment', where.environment, '--yes')).key ??
  ''

const faces = [
  { name: 'page', rotate: () => operator.rotate(agency, where.environment) },
  { name: 'API', rotate: byApi },
  { name: 'command', rotate: () => newKey('rotate') },
  { name: 'remote command', rotate: fromElsewhere },
]

/** All keys, the newest last. Each is here once the answer that shows it is. */
const keys = [await newKey()]
/** Where a rotation is under way, the newest key may already be the one before it. */
let isRotating = false
const counts = { old: 0, fresh: 0, stale: 0, refused: 0, strange: 0 }
let isOver = false

const client = async () => {
  while (!isOver) {
    const age = Math.min(keys.length - 1, random() < 0.5 ? 0 : random() < 0.8 ? 1 : 2)
    const [newest, unsure] = [keys.length, isRotating]
    const { status } = await askAt(server.url, keys.at(-1 - age) ?? '')
    if (status !== 200 && status !== 401) counts.strange++
    if (age > 0) {
      counts.old++
      if (status === 200) counts.stale++
    } else if (!unsure && newest === keys.length && !isRotating) {
      counts.fresh++
      if (status !== 200) counts.refused++
    }
  }
}

const clients = Array.from({ length: clientsAtOnce }, client)
for (let rotation = 0; rotation < rotations; rotation++) {
  await Bun.sleep(random() * 20)
  isRotating = true
  keys.push((await faces[rotation % faces.length]?.rotate()) ?? '')
  isRotating = false
}
await Bun.sleep(20)
isOver = true
await Promise.all(clients)
await server.stop()

process.stdout.write(
  `${rotations} rotations by ${faces.map(({ name }) => name).join(', ')}, under ${clientsAtOnce} clients: ${counts.stale} of ${counts.old} requests with an old key admitted, ` +
    `${counts.refused} of ${counts.fresh} with the new one refused, ${counts.strange} answered otherwise (seed ${seed})\n`,
)
const held = counts.stale + counts.refused + counts.strange === 0
process.exit(
  held && counts.old > rotations && counts.fresh > 0 && new Set(keys).size === rotations + 1 ? 0 : 1,
)
