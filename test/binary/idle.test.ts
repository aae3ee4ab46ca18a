import { expect, test } from 'bun:test'
import { provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { answersIn, sendRaw, statusOf } from '../support/raw.ts'

/** How long a server left a connection open, and what it answered before. */
const waitForEnd = async (url: string, bytes: string, patienceMs: number) => {
  const openedAt = performance.now()
  const received = await sendRaw(url, bytes, { patienceMs })
  return { received, seconds: (performance.now() - openedAt) / 1000 }
}

const asking = 'GET /healthz HTTP/1.1\r\nHost: callgate.test\r\n\r\n'

// Both wait, and nothing else.
test.concurrent(
  'an idle connection is closed after CALLGATE_IDLE_TIMEOUT_SECONDS and not before',
  async () => {
    using directory = temporaryDirectory()
    await using server = await startBinary(directory.path, { CALLGATE_IDLE_TIMEOUT_SECONDS: '5' })
    const { received, seconds } = await waitForEnd(server.url, `${asking}${asking}`, 20_000)
    expect(answersIn(received)).toBe(2)
    // Bun looks every four seconds.
    expect(seconds).toBeWithin(5, 11)
  },
  30_000,
)

test.concurrent(
  'however long an idle connection may stay, a silent one, a head and a body that never end do not',
  async () => {
    using directory = temporaryDirectory()
    await using server = await startBinary(directory.path, { CALLGATE_IDLE_TIMEOUT_SECONDS: '0' })
    const key = await (await provision(server.command)).newKey()
    const head = `POST /api/v1/calls/trigger HTTP/1.1\r\nHost: callgate.test\r\nAuthorization: Bearer ${key}\r\n`
    const body = `${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`
    const [idle, silent, half, late] = await Promise.all([
      waitForEnd(server.url, asking, 18_000),
      waitForEnd(server.url, '', 18_000),
      waitForEnd(server.url, head, 18_000),
      waitForEnd(server.url, body, 18_000),
    ])
    expect(idle.seconds).toBeGreaterThan(17)
    expect(Math.max(silent.seconds, half.seconds, late.seconds)).toBeLessThan(17)
    expect(statusOf(late.received)).toBe(408)
    expect(late.received).toMatch(/^connection: close\r$/im)
  },
  30_000,
)
