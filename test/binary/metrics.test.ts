import { expect, test } from 'bun:test'
import { executable, provision, startBinary, triggerAt } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { readMetrics } from '../support/metrics.ts'
import { freePort } from '../support/port.ts'

const token = 'a-token-for-tests'

test('serves the metrics at an address of their own, and writes each request as a line', async () => {
  using directory = temporaryDirectory()
  const file = `${directory.path}/token`
  await Bun.write(file, `${token}\n`)
  const address = `127.0.0.1:${freePort()}`
  const settings = { CALLGATE_METRICS_ADDRESS: address, CALLGATE_METRICS_TOKEN_FILE: file }
  await using server = await startBinary(directory.path, settings)
  const key = await (await provision(server.command)).newKey()
  expect((await triggerAt(server.url, key)).status).toBe(200)

  const authorization = `Bearer ${token}`
  const answer = await fetch(`http://${address}/metrics`, { headers: { authorization } })
  const families = readMetrics(await answer.text())
  expect(families.get('callgate_calls_triggered_total')?.samples.get('{provider="simulator"}')).toBe(1)
  expect(families.get('callgate_commit_duration_seconds')?.samples.get('_count{}')).toBeGreaterThan(0)
  expect(families.get('process_resident_memory_bytes')?.samples.get('{}')).toBeGreaterThan(1_000_000)
  expect((await fetch(`${server.url}/metrics`, { headers: { authorization } })).status).toBe(404)

  expect(await server.stop()).toBe(0)
  const lines: unknown[] = server.log.map((line) => JSON.parse(String(line)))
  expect(lines).toContainEqual(
    expect.objectContaining({ message: 'request', route: '/api/v1/calls/trigger', status: 200 }),
  )
  const text = JSON.stringify(server.log)
  for (const secret of [token, key, '+1555']) expect(text).not.toContain(secret)
}, 20_000)

test('does not start where the address for the metrics is taken, and says so', async () => {
  using directory = temporaryDirectory()
  using taken = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response() })
  const { exitCode, stderr } = Bun.spawnSync([executable, 'serve'], {
    cwd: directory.path,
    env: {
      CALLGATE_DATA_DIR: directory.path,
      CALLGATE_PORT: '0',
      CALLGATE_METRICS_ADDRESS: `127.0.0.1:${taken.port}`,
    },
    timeout: 10_000,
  })
  expect(exitCode).toBe(1)
  expect(stderr.toString()).toStartWith('Cannot listen on CALLGATE_METRICS_ADDRESS: ')
})
