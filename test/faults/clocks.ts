import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askAt, executable, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { postTo, setUpOperator } from '../support/operator.ts'
import { cookieOf, operator } from '../support/page.ts'
import { startReceiver } from '../support/receiver.ts'

/**
 * The wall clock is set an hour forward, back, and back again while the server runs: windows stay exact, calls end, webhooks
 * come, and whoever is signed in stays so, or signs in again. Usage: bun test/faults/clocks.ts [rounds] [library]. With
 * libfaketime's path it moves the executable's own time, without it that of the same server by a clock of ours. Prints one
 * line; exits with 1 when a promise broke.
 */
const [rounds = '1', library = ''] = Bun.argv.slice(2)
const stepsSeconds = [3600, 0, -3600, 0]
const windowSeconds = 2
const limit = 20

using directory = temporaryDirectory()
const file = join(directory.path, 'offset')
/** Replaced in one step, so that nobody reads half of it. */
const step = (seconds: number) => {
  writeFileSync(`${file}.new`, library === '' ? String(seconds) : `${seconds < 0 ? '' : '+'}${seconds}\n`)
  renameSync(`${file}.new`, file)
}
step(0)
const root = join(import.meta.dir, '../..')
const ours = ['bun', '--tsconfig-override', `${root}/tsconfig.json`, `${root}/test/faults/stepped.ts`, file]
const faked = {
  LD_PRELOAD: library,
  FAKETIME_TIMESTAMP_FILE: file,
  FAKETIME_NO_CACHE: '1',
  FAKETIME_DONT_FAKE_MONOTONIC: '1',
}
await using receiver = startReceiver()
await using server = await startBinary(
  directory.path,
  {
    CALLGATE_REQUESTS_PER_MINUTE: String(limit),
    CALLGATE_WINDOW_SECONDS: String(windowSeconds),
    CALLGATE_CONCURRENT_CALLS: '5',
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
    CALLGATE_LOG_LEVEL: 'error',
    ...(existsSync(library) ? faked : {}),
  },
  existsSync(library) ? [executable, 'serve'] : ours,
)
const { url, command } = server
const { agency, newKey } = await provision(command)
const key = await newKey()
const staging = await newKey('generate', 'staging')
const webhook = ['--agency', agency, '--environment', 'staging', '--url', receiver.url]
await command('webhook', 'set', ...webhook)
let { cookie } = await setUpOperator(server)
const isSignedIn = async () =>
  (await fetch(`${url}/admin/agencies`, { headers: { cookie }, redirect: 'manual' })).status === 200

const broken: string[] = []
/** Asks beyond the limit over a step of the clock: granted are as many as ever. */
const exactly = async (seconds: number) => {
  await Bun.sleep(windowSeconds * 1000 + 50)
  const ask = async () => (await askAt(url, key)).status
  const before = await Promise.all(Array.from({ length: limit / 2 }, ask))
  step(seconds)
  const after = await Promise.all(Array.from({ length: limit }, ask))
  const granted = [...before, ...after].filter((status) => status === 200).length
  if (granted !== limit) broken.push(`${granted} granted of ${limit} over a step to ${seconds} s`)
}

const activeOf = async () => {
  const { data } = (await (await askAt(url, staging)).json()) as {
    data: { limits: { concurrent_calls: { active: number } } }
  }
  return data.limits.concurrent_calls.active
}
const until = async (what: string, holds: () => boolean | Promise<boolean>, patienceMs = 20_000) => {
  const givenUpAt = performance.now() + patienceMs
  while (!(await holds())) {
    if (performance.now() > givenUpAt) return void broken.push(what)
    await Bun.sleep(250)
  }
}

let steps = 0
let signedInAgain = 0
for (let round = 0; round < Number(rounds); round++)
  for (const seconds of stepsSeconds) {
    const toldBefore = receiver.received.length
    const { status } = await triggerAt(url, staging, '01')
    if (status !== 200) broken.push(`a trigger answered ${status}`)
    await exactly(seconds)
    steps++
    await until(`a slot is held at ${seconds} s`, async () => (await activeOf()) === 0)
    await until(`a webhook is held back at ${seconds} s`, () => receiver.received.length >= toldBefore + 1)
    if (await isSignedIn()) continue
    // An hour without a request ends a session: so it looked.
    signedInAgain++
    cookie = cookieOf(await postTo(url, '/admin/sign-in', operator))
    if (!(await isSignedIn())) broken.push(`nobody can sign in at ${seconds} s`)
  }

for (const one of broken) process.stderr.write(`${one}\n`)
process.stdout.write(
  `${steps} steps of the wall clock by an hour, of ${existsSync(library) ? 'the executable' : 'the same server by a clock of ours'}: ` +
    `${limit} of ${limit} granted over each, ${receiver.received.length} webhooks, ${signedInAgain} sessions taken for idle, ` +
    `${broken.length} promises broken\n`,
)
process.exitCode = broken.length === 0 ? 0 : 1
