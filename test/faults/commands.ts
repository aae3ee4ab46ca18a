import { EndedEarly, executable, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createRandom } from '../support/random.ts'

/**
 * Commands go through the server that holds the data directory, and that server is killed again and again: each command is
 * done and audited, or neither, and says which. Usage: bun test/faults/commands.ts [commands] [kills] [seed]. Prints one line;
 * exits with 1 when a promise broke.
 */
const [commands = 40, kills = 3, seed = Date.now() % 100_000] = Bun.argv.slice(2).map(Number)
const { random } = createRandom(seed)
const atOnce = 4

using directory = temporaryDirectory()
const start = async (): Promise<Awaited<ReturnType<typeof startBinary>>> => {
  try {
    return await startBinary(directory.path, { CALLGATE_LOG_LEVEL: 'error' })
  } catch (error) {
    if (error instanceof EndedEarly) return start()
    throw error
  }
}
let server = await start()
process.on('exit', () => void server.kill())

type Outcome = 'done' | 'done_unseen' | 'not_done' | 'unsaid'
const outcomes = new Map<string, Outcome>()

const outcomeOf = (code: number, err: string): Outcome => {
  if (code === 0) return 'done'
  const said = JSON.parse(err) as { code: string; error: string }
  if (said.code === 'done_unseen') return 'done_unseen'
  return said.error.endsWith('Nothing was changed.') ? 'not_done' : 'unsaid'
}

const create = async (name: string) => {
  const child = Bun.spawn([executable, 'agency', 'create', '--name', name, '--plan', 'agency', '--json'], {
    env: { CALLGATE_DATA_DIR: directory.path },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [code, err] = await Promise.all([child.exited, new Response(child.stderr).text()])
  outcomes.set(name, outcomeOf(code, err))
}

let begun = 0
const worker = async () => {
  while (begun < commands) await create(`agency ${begun++}`)
}
const killer = async () => {
  for (let killed = 0; killed < kills; killed++) {
    const due = Math.floor(((killed + random()) * commands) / kills)
    while (begun < due && outcomes.size < commands) await Bun.sleep(1)
    await Bun.sleep(random() * 60)
    await server.kill()
    server = await start()
  }
}
await Promise.all([killer(), ...Array.from({ length: atOnce }, worker)])

interface Listed {
  name?: string
  action?: string
  target?: string
}
const list = async (...words: string[]) => (await server.command(...words)) as unknown as Listed[]
const made = new Set((await list('agency', 'list')).map(({ name = '' }) => name))
const audited = new Set<string>()
for (let before = ''; ;) {
  const page = (await list(
    'audit',
    'list',
    '--limit',
    '1000',
    ...(before ? ['--before', before] : []),
  )) as (Listed & {
    id: string
  })[]
  for (const { action, target = '' } of page) if (action === 'agency.created') audited.add(target)
  if (page.length < 1000) break
  before = page.at(-1)?.id ?? ''
}
await server.stop()

const count = (wanted: Outcome) => [...outcomes.values()].filter((outcome) => outcome === wanted).length
const wrong = [...outcomes].filter(([name, outcome]) =>
  outcome === 'not_done' ? made.has(name) : outcome !== 'unsaid' && !made.has(name),
).length
const halves =
  [...made].filter((name) => !audited.has(name)).length +
  [...audited].filter((name) => !made.has(name)).length

process.stdout.write(
  `${commands} commands, ${kills} x kill -9: ${count('done')} done, ${count('done_unseen')} done and not shown, ` +
    `${count('not_done')} not done, ${count('unsaid')} did not say; ${wrong} said what was not so, ${halves} without their audit line (seed ${seed})\n`,
)
process.exit(count('unsaid') + wrong + halves === 0 && outcomes.size === commands ? 0 : 1)
