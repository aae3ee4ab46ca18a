import { connect } from 'node:net'
import { provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { quantile, steadily } from '../support/latency.ts'
import { holdings } from '../support/process.ts'

/**
 * Connections that say nothing, and those that drip a header or a body, are ended in time and slow nobody else down; nor does
 * a flood of connections. Usage: bun test/faults/slow-clients.ts [silent] [dripping] [goodPerSecond]. Prints one line; exits
 * with 1 when a promise broke.
 */
const seconds = 4
/** A head is waited for 12 s and a body 10, looked at every 4 s. */
const patienceMs = 25_000
const dripEveryMs = 500
const floodPerSecond = 100
/** The aim is 2; a machine that others use as well makes for noise. */
const slowdownMost = 10
const slowMs = 500
/** How many file descriptors may stay open for a while after it. */
const descriptorsMost = 20

/** The process of the slow clients: says when all are there, and then how many the server ended, and how late the last. */
const attack = async (url: string, key: string, silent: number, dripping: number) => {
  const port = Number(new URL(url).port)
  const head = 'POST /api/v1/calls/trigger HTTP/1.1\r\nHost: callgate.test\r\n'
  const whole = `${head}Authorization: Bearer ${key}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`
  const ends: Promise<number>[] = []
  const open = (first: string, drip: string) =>
    new Promise<void>((opened) => {
      const socket = connect(port, '127.0.0.1')
      const { promise, resolve } = Promise.withResolvers<number>()
      ends.push(promise)
      const openedAt = performance.now()
      const dripper = drip === '' ? undefined : setInterval(() => socket.write(drip), dripEveryMs)
      const end = () => {
        clearInterval(dripper)
        opened()
        resolve(performance.now() - openedAt)
        socket.destroy()
      }
      socket.on('data', end).on('close', end)
      socket.on('error', end)
      socket.on('connect', () => {
        if (first !== '') socket.write(first)
        opened()
      })
    })
  await Promise.all([
    ...Array.from({ length: silent }, () => open('', '')),
    ...Array.from({ length: dripping }, () => open(`${head}X-Slow: `, 'x')),
    ...Array.from({ length: dripping }, () => open(whole, ' ')),
  ])
  process.stdout.write('ready\n')
  let isOver = false
  const flood = steadily(
    floodPerSecond,
    () => isOver,
    () =>
      new Promise<void>((done) => {
        const socket = connect(port, '127.0.0.1', () => socket.destroy())
        socket.on('error', () => {}).on('close', () => done())
      }),
  )
  const tooLate = Bun.sleep(patienceMs).then(() => Number.NaN)
  const took = await Promise.all(ends.map((end) => Promise.race([end, tooLate])))
  isOver = true
  await flood
  const ended = took.filter((ms) => !Number.isNaN(ms))
  process.stdout.write(JSON.stringify({ ended: ended.length, latestMs: Math.max(0, ...ended) }))
  process.exit(0)
}

const prove = async (silent: number, dripping: number, goodPerSecond: number) => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path, {
    CALLGATE_REQUESTS_PER_MINUTE: '1000000',
    CALLGATE_LOG_LEVEL: 'error',
  })
  const { url } = server
  const key = await (await provision(server.command)).newKey()
  let refused = 0
  const during = () => {
    const until = performance.now() + seconds * 1000
    return steadily(
      goodPerSecond,
      () => performance.now() > until,
      async () => {
        const asked = fetch(`${url}/api/v1/key`, { headers: { authorization: `Bearer ${key}` } })
        const answer = await asked.catch(() => undefined)
        await answer?.text()
        if (answer?.status !== 200) refused++
      },
    )
  }
  await during()
  const descriptors = () => holdings(server.pid).descriptors
  const before = descriptors()
  const args = ['attack', url, key, String(silent), String(dripping)]
  const attacker = Bun.spawn([process.execPath, import.meta.path, ...args], {
    stdout: 'pipe',
    stderr: 'inherit',
  })
  const said = attacker.stdout.getReader()
  await said.read()
  const beside = await during()
  const most = descriptors()
  const { value } = await said.read()
  const report = JSON.parse(new TextDecoder().decode(value)) as { ended: number; latestMs: number }
  await attacker.exited
  const calm = await during()
  const after = descriptors()

  const slow = silent + 2 * dripping
  const [calmMs, besideMs] = [quantile(calm, 0.99), quantile(beside, 0.99)]
  process.stdout.write(
    `${silent} silent, ${dripping} header-dripping and ${dripping} body-dripping clients beside ${goodPerSecond} requests a second: ` +
      `p50 ${quantile(calm, 0.5)} and ${quantile(beside, 0.5)} ms, p99 ${calmMs} ms without and ${besideMs} ms beside them; ` +
      `${refused} good ones refused; ${report.ended} of ${slow} ended, the last after ${Math.round(report.latestMs / 1000)} s; ` +
      `file descriptors ${before} before, ${most} during, ${after} after\n`,
  )
  const isFast = besideMs < Math.max(slowMs, calmMs * slowdownMost)
  return isFast && refused === 0 && report.ended === slow && !(after > before + descriptorsMost)
}

const [first = '100', ...rest] = Bun.argv.slice(2)
if (first === 'attack') {
  const [url = '', key = '', silent, dripping] = rest
  await attack(url, key, Number(silent), Number(dripping))
} else {
  const [dripping = 20, goodPerSecond = 100] = rest.map(Number)
  process.exit((await prove(Number(first), dripping, goodPerSecond)) ? 0 : 1)
}
