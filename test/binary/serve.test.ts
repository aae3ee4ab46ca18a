import { expect, test } from 'bun:test'
import { Database as Sqlite } from 'bun:sqlite'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { askAt, executable, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { answer } from '../support/gate.ts'

test('runs in an empty directory with nothing beside it, and answers the health questions', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  expect(await (await fetch(`${server.url}/healthz`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${server.url}/readyz`)).json()).toEqual({
    status: 'ready',
    instance: expect.any(String),
  })
  const { port } = new URL(server.url)
  const env = { CALLGATE_PORT: port, CALLGATE_DATA_DIR: directory.path }
  const check = Bun.spawnSync([executable, 'healthcheck'], { env })
  expect(check.exitCode).toBe(0)
  expect(await server.stop()).toBe(0)
  const after = Bun.spawnSync([executable, 'healthcheck'], { env })
  expect({ code: after.exitCode, err: String(after.stderr) }).toEqual({
    code: 1,
    err: `Nothing responds at http://127.0.0.1:${port}/readyz.\n`,
  })
})

test('a triggered call is completed by the simulator some seconds later', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const { newKey } = await provision(server.command)
  const key = await newKey()
  const { call_id } = await answer(await triggerAt(server.url, key))
  const seen = new Set<unknown>()
  while (!seen.has('completed')) {
    await Bun.sleep(200)
    seen.add((await answer(await askAt(server.url, key, `/api/v1/calls/${call_id}`))).data?.status)
  }
  expect([...seen]).toEqual(['ringing', 'in_progress', 'completed'])
}, 15_000)

test('of 150 requests at once 100 are granted and 50 refused', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const { newKey } = await provision(server.command)
  const key = await newKey()
  const answers = await Promise.all(Array.from({ length: 150 }, () => askAt(server.url, key)))
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(100)
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused).toHaveLength(50)
  for (const { headers } of refused) expect(Number(headers.get('retry-after'))).toBeWithin(1, 61)
})

test('waiting exactly Retry-After seconds lets the next request in', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path, { CALLGATE_WINDOW_SECONDS: '2' })
  const { newKey } = await provision(server.command)
  const key = await newKey()
  await Promise.all(Array.from({ length: 100 }, () => askAt(server.url, key)))
  const refused = await askAt(server.url, key)
  expect(refused.status).toBe(429)
  await Bun.sleep(Number(refused.headers.get('retry-after')) * 1000)
  expect((await askAt(server.url, key)).status).toBe(200)
}, 15_000)

test('never admits the old key for a request that began after the command that rotated it had returned', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path, { CALLGATE_REQUESTS_PER_MINUTE: '1000000' })
  const { newKey } = await provision(server.command)
  const old = await newKey()
  let rotatedAt = Number.POSITIVE_INFINITY
  const before: number[] = []
  const after: number[] = []

  const hammer = async () => {
    for (let late = 0; late < 20;) {
      const isLate = performance.now() > rotatedAt
      const { status } = await askAt(server.url, old)
      if (isLate) late++
      ;(isLate ? after : before).push(status)
    }
  }
  const clients = Array.from({ length: 20 }, hammer)
  while (!before.includes(200)) await Bun.sleep(1)
  const fresh = await newKey('rotate')
  rotatedAt = performance.now()
  await Promise.all(clients)
  expect(after).toEqual(Array.from({ length: 400 }, () => 401))
  expect((await askAt(server.url, fresh)).status).toBe(200)
}, 30_000)

test('commands that come and go leave the server its locks: each next change is seen, and none is lost', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const { newKey } = await provision(server.command)
  const statusOf = async (key: string) => (await askAt(server.url, key)).status
  let key = await newKey()
  expect(await statusOf(key)).toBe(200)
  for (let rotated = 0; rotated < 3; rotated++) {
    const old = key
    key = await newKey('rotate')
    expect([await statusOf(old), await statusOf(key)]).toEqual([401, 200])
    expect((await triggerAt(server.url, key)).status).toBe(200)
  }
  // Locks that were lost let a command empty the log under a server that goes on writing it.
  expect(readdirSync(directory.path)).toContain('callgate.db-wal')
  expect(await server.stop()).toBe(0)
  const database = new Sqlite(directory.database, { readonly: true })
  expect(database.query('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(database.query('select count(*) as calls from calls').all()).toEqual([{ calls: 3 }])
  database.close()
})

test('ten active calls hold their slots through kill -9, and one that is ended gives its slot back', async () => {
  using directory = temporaryDirectory()
  let calls: string[] = []
  let key = ''
  {
    await using server = await startBinary(directory.path)
    const { newKey } = await provision(server.command)
    key = await newKey()
    const answers = await Promise.all(Array.from({ length: 12 }, () => triggerAt(server.url, key, '07')))
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(10).fill(200), 429, 429])
    calls = (await Promise.all(answers.map(answer))).flatMap(({ call_id }) => call_id ?? [])
    await server.kill()
  }
  await using again = await startBinary(directory.path)
  const eleventh = await triggerAt(again.url, key, '07')
  expect(eleventh.status).toBe(429)
  expect((await answer(eleventh)).code).toBe('concurrency_limited')
  expect((await askAt(again.url, key, `/api/v1/calls/${calls[0]}/end`, 'POST')).status).toBe(200)
  expect((await triggerAt(again.url, key, '07')).status).toBe(200)
}, 20_000)

test('a second server on the same data directory is refused with a sentence', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const second = Bun.spawnSync([executable, 'serve'], {
    env: { CALLGATE_DATA_DIR: directory.path, CALLGATE_PORT: '0' },
  })
  expect(second.exitCode).toBe(1)
  expect(String(second.stderr)).toStartWith(
    `Another callgate (process ${server.pid}) uses the data directory ${directory.path}: `,
  )
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)
})

test('the setup link works once, is in a file for its owner alone, and its token is stored only as a hash', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const link = await server.setupLink()
  const file = join(directory.path, 'setup-link')
  expect(readFileSync(file, 'utf8')).toBe(`${link}\n`)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(join(directory.path, 'callgate.db')).mode & 0o077).toBe(0)
  const token = new URL(link).hash.slice(1)
  expect(filesHolding(directory.path, token)).toEqual(['setup-link'])

  const setUp = (email: string) =>
    fetch(`${server.url}/admin/setup`, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: server.url },
      body: new URLSearchParams({ token, email, password: 'correct horse battery' }),
    })
  const both = await Promise.all([setUp('one@example.com'), setUp('two@example.com')])
  expect(both.map(({ status }) => status).toSorted()).toEqual([303, 404])
  expect((await fetch(link)).status).toBe(404)
  expect(readdirSync(directory.path)).not.toContain('setup-link')
})

test('no file of the data directory and no line of the log ever holds a key', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path, { CALLGATE_LOG_LEVEL: 'debug' })
  const { newKey } = await provision(server.command)
  const keys = [await newKey()]
  for (let made = 1; made < 20; made++) keys.push(await newKey('rotate'))
  for (const key of keys) {
    await triggerAt(server.url, key)
    await fetch(`${server.url}/api/v1/key?key=${key}`)
  }
  await server.stop()
  for (const key of keys) {
    expect(filesHolding(directory.path, key)).toEqual([])
    expect(server.log.filter((line) => line.includes(key))).toEqual([])
  }
}, 30_000)

const filesHolding = (directory: string, text: string) =>
  readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isFile() && readFileSync(join(directory, entry.name)).includes(text))
    .map(({ name }) => name)

test('the executable has no page of the parts of pages, which is for whoever works on them', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  expect((await fetch(`${server.url}/admin/style`, { redirect: 'manual' })).status).toBe(404)
  expect((await fetch(`${server.url}/admin/tokens`, { redirect: 'manual' })).status).toBe(303)
})
