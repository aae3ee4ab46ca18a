import { join, resolve } from 'node:path'

type Size = 'small' | 'full'

interface Proof {
  /** A script beside this one: takes its size as arguments, prints one line, exits with other than 0 when a promise broke. */
  script: string
  promise: string
  small: string[]
  full: string[]
  /** Draws by lot what it does: `verify`, which does the same each time, leaves it out. */
  drawn?: true
  /** Judges how long something takes: `verify` runs it alone. */
  timed?: true
}

export const proofs: Proof[] = [
  {
    script: 'backups.ts',
    promise: 'a backup under load is whole, and holds every call acknowledged before it began',
    small: ['3'],
    full: ['30', '100'],
  },
  {
    script: 'budgets.ts',
    promise:
      'what was used of a budget is the sum of the calls, and a hard one is never exceeded, through kill -9',
    small: ['60', '1'],
    full: ['10000', '50'],
  },
  {
    script: 'calls.ts',
    promise: 'every call ends once and as at its provider, through faults there and kill -9',
    small: ['30', '2'],
    full: ['1000', '50'],
  },
  {
    script: 'clients.ts',
    promise: 'every usual client, directly and through nginx and HAProxy, gets what the documentation says',
    small: ['Node,curl', '1'],
    full: ['all', '70'],
  },
  {
    script: 'commands.ts',
    promise:
      'a command is done and audited or neither, and says which, though its server is killed meanwhile',
    small: ['24', '2'],
    full: ['1000', '60'],
  },
  {
    script: 'disk-full.ts',
    promise:
      'a full disk refuses what it cannot store, can be read, and is recovered from without anyone’s help',
    small: ['1'],
    full: ['20'],
  },
  {
    script: 'do-not-call.ts',
    promise: 'of a million numbers on a list every one is found, no other is, and a look-up costs as little',
    small: ['5000', '5000'],
    full: ['1000000', '100000'],
  },
  {
    script: 'durability.ts',
    promise: 'what was acknowledged is on disk, through kill -9 under sixteen writers',
    small: ['3'],
    full: ['300'],
  },
  {
    script: 'clocks.ts',
    promise: 'a wall clock that is set an hour off changes no window, holds no slot and no webhook',
    small: ['1'],
    full: ['5'],
    timed: true,
  },
  {
    script: 'cross-site.ts',
    promise: 'a form is taken from the server’s own pages alone, and as a form alone',
    small: ['1'],
    full: ['1'],
  },
  {
    script: 'endpoints.ts',
    promise: 'every delivery verifies, and no endpoint that hangs, floods or drips holds up another',
    small: ['200'],
    full: ['10000'],
  },
  {
    script: 'failpoints.ts',
    promise: 'killed between a write, its sync, its answer and its order, a call is made and ordered once',
    small: ['4', '4'],
    full: ['40', '2'],
  },
  {
    script: 'fsync.ts',
    promise: 'an answer follows an fsync, and a disk that fails is never taken for one that stored',
    small: ['40', '9', '4'],
    full: ['2000', '40', '1'],
  },
  {
    script: 'hostile-dialler.ts',
    promise: 'a dialler that answers everything with as much as it may fills no memory and holds nobody up',
    small: ['10', '4'],
    full: ['40', '120'],
    timed: true,
  },
  {
    script: 'hostile-tenant.ts',
    promise: 'an agency with its key, a token and its own dialler gets nothing that is not its own',
    small: ['20', '8'],
    full: ['300'],
  },
  {
    script: 'hostile-operator.ts',
    promise:
      'whoever takes a backup, changes the files or makes a mistake in the settings gets nothing by it',
    small: [],
    full: [],
  },
  {
    script: 'idempotency.ts',
    promise:
      'fifty requests at once with one Idempotency-Key make one call and get the same bytes, through kill -9',
    small: ['6'],
    full: ['200'],
  },
  {
    script: 'keys.ts',
    promise: 'no key is made twice, and none with a character changed is admitted',
    small: ['20000', '100', '46'],
    full: ['1000000', '10000', '2852'],
  },
  {
    script: 'leases.ts',
    promise:
      'never an eleventh call, and no slot left behind, however calls end and whatever is told of them',
    small: ['50'],
    full: ['10000'],
  },
  {
    script: 'outgoing.ts',
    promise: 'nothing on this machine is called, whatever URL a webhook or a provider is given',
    small: ['4'],
    full: ['1'],
  },
  {
    script: 'planted.ts',
    promise: 'the tests notice: of the faults that are planted, none survives',
    small: ['2'],
    full: [],
    drawn: true,
  },
  {
    script: 'reports.ts',
    promise:
      'every slot is free within a second of the report, as large as it may be, and keys are answered beside it',
    small: ['30'],
    full: ['1000'],
    timed: true,
  },
  {
    script: 'restarts.ts',
    promise: 'no kill -9 and no stop lets one call more into a window',
    small: ['1'],
    full: ['40'],
  },
  {
    script: 'rotation.ts',
    promise: 'a rotated key is refused from the answer on that rotated it, by whichever face',
    small: ['12'],
    full: ['1000'],
  },
  {
    script: 'framing.ts',
    promise: 'no message that can be taken for two things is accepted, and pipelined ones are not confused',
    small: ['1'],
    full: ['50'],
  },
  {
    script: 'input.ts',
    promise: 'no input makes an answer of the 500s, is repeated by a refusal or shows internals',
    small: ['2000'],
    full: ['100000'],
  },
  {
    script: 'sign-in.ts',
    promise:
      'a flood of wrong passwords neither slows the API down nor shuts the owner out; one setup makes one operator',
    small: ['2'],
    full: ['20', '500'],
    timed: true,
  },
  {
    script: 'secrets.ts',
    promise: 'a secret is nowhere but in the one answer that shows it, however it is used',
    small: ['2'],
    full: ['100'],
  },
  {
    script: 'sigterm.ts',
    promise: 'SIGTERM under load loses no acknowledged call and cuts no answer',
    small: ['2'],
    full: ['50'],
  },
  {
    script: 'slow-clients.ts',
    promise: 'silent and dripping clients are ended in time, and slow nobody else down',
    small: ['100', '20', '100'],
    full: ['1000', '200', '200'],
    timed: true,
  },
  {
    script: 'soak.ts',
    promise: 'under mixed load with faults nothing fails, no slot stays taken, and memory stays flat',
    small: ['0.17'],
    full: ['30'],
    timed: true,
  },
  {
    script: 'tarpit.ts',
    promise: 'tests of endpoints that never answer delay nobody’s call',
    // Beside other tests a machine is late by itself; what waits for a turn would be late by ten seconds.
    small: ['60', '20', '2000'],
    full: ['300', '200', '100'],
    timed: true,
  },
  {
    script: 'stolen-key.ts',
    promise:
      'a thief with a key rings nobody, is told of within seconds, and loses access where it is set so',
    small: ['60', '24'],
    full: ['600', '240'],
  },
  {
    script: 'webhooks.ts',
    promise: 'every event is delivered or given up after ten attempts, through kill -9',
    small: ['20', '3'],
    full: ['500', '100'],
  },
  {
    script: 'window.ts',
    promise: 'exactly a hundred are granted in any window, and Retry-After is enough',
    small: ['1', '500'],
    full: ['20', '100000'],
    timed: true,
  },
]

const preload = join(import.meta.dir, 'preload.ts')

export const prove = async ({ script, ...sizes }: Proof, size: Size) => {
  const command = [process.execPath, `--preload=${preload}`, resolve(import.meta.dir, script), ...sizes[size]]
  const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'inherit' })
  const line = (await new Response(child.stdout).text()).trim()
  const held = (await child.exited) === 0
  // One that this machine cannot run says why, and breaks no promise.
  const skipped = held && line.startsWith('skipped:')
  return { line, held, word: skipped ? 'skipped' : held ? 'held' : 'BROKEN' }
}

/** Usage: bun test/faults/run.ts [--small] [script…]. One line a proof; exits with 1 when any promise broke. */
const main = async ([...args]: string[]) => {
  const size = args.includes('--small') ? 'small' : 'full'
  const scripts = args.filter((arg) => arg !== '--small')
  const chosen = proofs.filter(({ script }) => scripts.length === 0 || scripts.includes(script))
  let broken = chosen.length === 0
  for (const proof of chosen) {
    const { line, held, word } = await prove(proof, size)
    broken ||= !held
    const said = line.includes('\n') ? `\n${line.replaceAll(/^/gm, '  ')}` : line
    process.stdout.write(`${word.padEnd(7)}  ${proof.script.padEnd(16)}  ${said}\n`)
  }
  process.exit(broken ? 1 : 0)
}

if (import.meta.main) await main(Bun.argv.slice(2))
