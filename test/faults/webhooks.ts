import type { Clock } from '../../src/clock.ts'
import { readConfig } from '../../src/config.ts'
import { createServices } from '../../src/wiring.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { attemptsMost } from '../../src/webhooks/delivery.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { createRandom } from '../support/random.ts'
import { startReceiver } from '../support/receiver.ts'
import { listen } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

/**
 * Every event is delivered, or given up after ten attempts, whatever the receiver does and however often the sender is
 * killed; ids are stable, a call's events keep their order, and a replay delivers once. Days pass in seconds: the clock is
 * a fast one. Usage: bun test/faults/webhooks.ts [calls] [kills] [seed]. Prints one line; exits with 1 when a promise broke.
 */
const hourMs = 60 * 60_000
/** A start that is given up after 76 hours, then an end that is. */
const lastingHours = 160

/** Wall time that all processes of this run agree on, from one moment on and so many times faster. */
const fastClock = (begunAt: number, speed: number): Clock => {
  const now = () => begunAt + (Date.now() - begunAt) * speed
  return {
    now,
    monotonic: now,
    after: (delayMs, action) => {
      const timer = setTimeout(action, delayMs / speed)
      return () => clearTimeout(timer)
    },
  }
}

const dataDir = { secret: () => testSecret, writeSetupLink: () => {}, removeSetupLink: () => {} }

/** The process that is killed: it delivers, and nothing else. */
const serve = (path: string, begunAt: number, speed: number) => {
  const config = { ...readConfig({}, false), allowPrivateDestinations: true }
  const database = openDatabase(path, 5000)
  const clock = fastClock(begunAt, speed)
  createServices({ config, dataDir, database, clock, log: silentLog }).deliverer.start()
}

const prove = async (calls: number, kills: number, seed: number) => {
  const { random } = createRandom(seed)
  using directory = temporaryDirectory()
  const tries = new Map<string, { answers: number[]; timestamps: number[] }>()
  const patience = new Map<string, number>()
  let mended = false
  let disordered = 0
  const isThrough = (id: string) => {
    const answers = tries.get(id)?.answers ?? []
    return answers.includes(200) || answers.length >= attemptsMost
  }
  const starts = new Map<unknown, string>()

  await using receiver = startReceiver(({ id, timestamp, body }) => {
    const known = tries.get(id) ?? { answers: [], timestamps: [] }
    tries.set(id, known)
    if (body.event === 'call_started') starts.set(body.call_id, id)
    else if (!isThrough(starts.get(body.call_id) ?? '')) disordered++
    // A third never succeeds, a third after some attempts, a third at once.
    const needed =
      patience.get(id) ?? (random() < 1 / 3 ? Infinity : random() < 0.5 ? Math.floor(random() * 9) : 0)
    patience.set(id, needed)
    const status = mended || known.answers.length >= needed ? 200 : random() < 0.2 ? 302 : 503
    known.answers.push(status)
    known.timestamps.push(timestamp)
    return new Response('', { status })
  })

  const gate = createGate({ path: directory.database })
  receiver.expect(listen(gate, receiver.url))
  for (let call = 0; call < calls; call++) {
    const { id } = undispatched(gate)
    const at = gate.clock.now()
    const ended = { type: 'ended', at, status: 'completed' } as const
    await gate.services.lifecycle.record(id, { type: 'answered', at }, ended)
  }
  const begunAt = Date.now()
  gate.database.sqlite.run('update deliveries set next_at = ?, created_at = ?', [begunAt, begunAt])

  const realSeconds = 3 + kills * 0.5
  const speed = (lastingHours * 3600) / realSeconds
  const start = () =>
    Bun.spawn(
      [process.execPath, import.meta.path, 'serve', directory.database, String(begunAt), String(speed)],
      {
        stdout: 'inherit',
        stderr: 'inherit',
      },
    )
  const count = (state: string) =>
    Number(
      gate.database.sqlite.query(`select count(*) from deliveries where state = '${state}'`).values()[0]?.[0],
    )
  const untilNonePends = async () => {
    for (let waited = 0; count('pending') > 0 && waited < 2000; waited++) await Bun.sleep(50)
  }

  for (let killed = 0; killed < kills; killed++) {
    const child = start()
    await Bun.sleep(150 + random() * 600)
    child.kill('SIGKILL')
    await child.exited
  }
  const last = start()
  await untilNonePends()
  const hours = ((Date.now() - begunAt) * speed) / hourMs

  const deliveries = atOnce(
    gate.services.deliveries.page({
      environmentId: gate.production.id,
      limit: 2 * calls + 1,
    }),
  )
  const dead = deliveries.filter(({ state }) => state === 'dead')
  const isLost = ({ id, state, attempts }: (typeof deliveries)[number]) => {
    const answers = tries.get(id)?.answers ?? []
    return state === 'delivered' ? !answers.includes(200) : state !== 'dead' || attempts !== attemptsMost
  }
  const lost = deliveries.filter(isLost).length + (2 * calls - deliveries.length)
  const strangers = [...tries.keys()].filter((id) => !deliveries.some((each) => each.id === id)).length
  const isBackwards = ({ timestamps }: { timestamps: number[] }) =>
    timestamps.some((at, index) => at < (timestamps[index - 1] ?? 0))
  const backwards = [...tries.values()].filter(isBackwards).length

  mended = true
  const before = new Map(dead.map(({ id }) => [id, tries.get(id)?.answers.length ?? 0]))
  atOnce(gate.services.deliveries.replayDead(gate.production.id, gate.clock.now()))
  await untilNonePends()
  const replayedOnce = dead.filter(
    ({ id }) => tries.get(id)?.answers.length === (before.get(id) ?? 0) + 1,
  ).length
  last.kill('SIGKILL')
  await last.exited
  const unverified = receiver.received.filter(({ verified }) => !verified).length

  process.stdout.write(
    `${2 * calls} events, ${kills} x kill -9 over ${Math.round(hours)} hours: ${deliveries.length - dead.length} delivered, ` +
      `${dead.length} given up after ${attemptsMost} attempts, ${lost} lost, ${strangers} unknown ids, ${disordered} out of order, ` +
      `${backwards} with an old timestamp, ${unverified} of ${receiver.received.length} not verified; ` +
      `${replayedOnce} of ${dead.length} replays delivered once (seed ${seed})\n`,
  )
  return lost + strangers + disordered + backwards + unverified === 0 && replayedOnce === dead.length
}

const [first = '40', ...rest] = Bun.argv.slice(2)
if (first === 'serve') {
  const [path = '', begunAt, speed] = rest
  serve(path, Number(begunAt), Number(speed))
} else {
  const [kills = 5, seed = Date.now() % 100_000] = rest.map(Number)
  process.exit((await prove(Number(first), kills, seed)) ? 0 : 1)
}
