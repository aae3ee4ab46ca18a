import { expect, test } from 'bun:test'
import { askAt, provision, startBinary, triggerAt } from '../support/binary.ts'
import { readDisk } from '../support/disk.ts'
import { temporaryDirectory } from '../support/directory.ts'

const limit = 5

/** A server that lets five requests through in any ten minutes, and that can end and come back on the same directory. */
const serveIn = async (directory: string) => {
  const settings = {
    CALLGATE_REQUESTS_PER_MINUTE: String(limit),
    CALLGATE_WINDOW_SECONDS: '600',
    CALLGATE_LOG_LEVEL: 'error',
  }
  let server = await startBinary(directory, settings)
  const key = await (await provision(server.command)).newKey()
  return {
    trigger: async () => (await triggerAt(server.url, key)).status,
    ask: async () => (await askAt(server.url, key)).status,
    retryAfter: async () => Number((await askAt(server.url, key)).headers.get('retry-after')),
    again: async (how: 'kill' | 'stop') => {
      await server[how]()
      server = await startBinary(directory, settings)
    },
    [Symbol.asyncDispose]: async () => void (await server.kill()),
  }
}

/** How many grants are on disk. */
const written = (path: string) =>
  readDisk(path, (database) =>
    database
      .query<{ grants: string }, []>('select grants from window_grants')
      .all()
      .flatMap(({ grants }) => Object.values(JSON.parse(grants) as Record<string, number[]>))
      .reduce((sum, ages) => sum + ages.reduce((of, each, at) => of + (at % 2 === 1 ? each : 0), 0), 0),
  )

test('after kill -9 at any moment the calls of before count, each once', async () => {
  using directory = temporaryDirectory()
  await using gate = await serveIn(directory.path)
  expect([await gate.trigger(), await gate.trigger()]).toEqual([200, 200])
  await gate.again('kill')
  // Written by the second too, and counted all the same once.
  expect(await gate.trigger()).toBe(200)
  await Bun.sleep(1000)
  await gate.again('kill')
  await gate.again('kill')
  expect([await gate.trigger(), await gate.trigger(), await gate.trigger()]).toEqual([200, 200, 429])
  const seconds = await gate.retryAfter()
  expect(seconds).toBeGreaterThan(580)
  expect(seconds).toBeLessThanOrEqual(600)
}, 30_000)

test('of requests that place no call, kill -9 forgets at most those of the last second', async () => {
  using directory = temporaryDirectory()
  await using gate = await serveIn(directory.path)
  for (let sent = 0; sent < 3; sent++) expect(await gate.ask()).toBe(200)
  // The second itself is held against a clock that can be passed; here the machine may be slow.
  while (written(directory.database) < 3) await Bun.sleep(100)
  await gate.again('kill')
  expect([await gate.ask(), await gate.ask(), await gate.ask()]).toEqual([200, 200, 429])
}, 30_000)

test('a clean stop forgets nothing', async () => {
  using directory = temporaryDirectory()
  await using gate = await serveIn(directory.path)
  for (let sent = 0; sent < limit; sent++) {
    expect(await gate.ask()).toBe(200)
    await gate.again('stop')
  }
  expect([await gate.ask(), await gate.trigger()]).toEqual([429, 429])
}, 30_000)
