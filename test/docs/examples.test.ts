import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { askAt, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { docsDirectory } from '../support/docs.ts'
import { startPass } from '../support/pass.ts'

const directory = temporaryDirectory()
let server: Awaited<ReturnType<typeof startBinary>>
let newKey: Awaited<ReturnType<typeof provision>>['newKey']

beforeAll(async () => {
  server = await startBinary(directory.path, {
    CALLGATE_REQUESTS_PER_MINUTE: '3',
    CALLGATE_WINDOW_SECONDS: '2',
    CALLGATE_CONCURRENT_CALLS: '1000',
  })
  ;({ newKey } = await provision(server.command))
})
afterAll(async () => {
  await server.kill()
  directory[Symbol.dispose]()
})

/** Passes requests on, and notes the answers. The first so many calls that were made are not told to who asked. */
const between = (lost = 0) => {
  const seen: { status: number; replayed: boolean; idempotencyKey: string }[] = []
  const pass = startPass(server.url, (request, answer) => {
    const replayed = answer.headers.has('idempotent-replayed')
    const idempotencyKey = request.headers.get('idempotency-key') ?? ''
    seen.push({ status: answer.status, replayed, idempotencyKey })
    const made = seen.filter(({ status }) => status === 200).length
    return answer.status === 200 && made <= lost
      ? new Response('lost', { status: 503, headers: { 'retry-after': '1' } })
      : answer
  })
  return { seen, ...pass }
}

const run = async (command: string[], url: string, key: string, numbers: string[]) => {
  const env = { PATH: process.env['PATH'] ?? '', CALLGATE_URL: url, CALLGATE_KEY: key }
  const child = Bun.spawn([...command, ...numbers], { env, stdout: 'pipe', stderr: 'pipe' })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

const callCount = async (key: string) => {
  for (;;) {
    const response = await askAt(server.url, key, '/api/v1/calls?limit=100')
    if (response.status === 200) return ((await response.json()) as { data: unknown[] }).data.length
    await Bun.sleep(1000)
  }
}

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/

describe.each([
  ['trigger.ts', 'bun'],
  ['trigger.py', 'python3'],
  ['trigger.sh', 'bash'],
])('%s', (file, program) => {
  const found = program === 'bun' ? process.execPath : Bun.which(program)
  const command = [found ?? program, join(docsDirectory, 'examples', file)]
  const here = test.skipIf(found === null)
  if (found === null) process.stderr.write(`${file} is not tried: there is no ${program} here.\n`)

  here(
    'triggers one call for each number, and runs into no limit that it was told of',
    async () => {
      const key = await newKey()
      const before = await callCount(key)
      await using gate = between()
      const numbers = ['+15551234500', '+15551234501', '+15551234502', '+15551234507', '+15551234500']
      const { code, out, err } = await run(command, gate.url, key, numbers)
      expect({ code, err }).toEqual({ code: 0, err: '' })
      expect(out.trim().split('\n')).toEqual(numbers.map(() => expect.stringMatching(uuid)))
      expect(new Set(out.trim().split('\n')).size).toBe(5)
      // At most the first request can meet a window that it was not told of.
      expect(gate.seen.filter(({ status }) => status === 429).length).toBeLessThanOrEqual(1)
      expect((await callCount(key)) - before).toBe(5)
    },
    30_000,
  )

  here(
    'never makes two calls for one number when the answer is lost',
    async () => {
      const key = await newKey()
      const before = await callCount(key)
      await using gate = between(1)
      const { code, out } = await run(command, gate.url, key, ['+15551234500'])
      expect(code).toBe(0)
      expect(out.trim()).toMatch(uuid)
      expect(new Set(gate.seen.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
      expect(gate.seen.at(-1)).toMatchObject({ status: 200, replayed: true })
      expect((await callCount(key)) - before).toBe(1)
    },
    30_000,
  )

  here(
    'tries nothing again that is refused for good, says why, and ends with 1',
    async () => {
      await using gate = between()
      const { code, out, err } = await run(command, gate.url, 'bvai_sk_wrong', ['+15551234500'])
      expect({ code, out }).toEqual({ code: 1, out: '' })
      expect(err).toContain('malformed_key')
      expect(gate.seen).toHaveLength(1)
    },
    30_000,
  )
})

test('bulk.ts, run again, makes only the calls that are missing', async () => {
  const key = await newKey()
  const before = await callCount(key)
  const command = [process.execPath, join(docsDirectory, 'examples', 'bulk.ts')]
  await using gate = between()
  const first = await run(command, gate.url, key, ['+15551234500', '+15551234501'])
  const again = await run(command, gate.url, key, ['+15551234500', '+15551234501', '+15551234502'])
  expect([first.code, first.err, again.code, again.err]).toEqual([0, '', 0, ''])
  expect(first.out).toMatch(/^(?:\+\d+ [\da-f-]{36}\n){2}$/)
  expect(again.out).toStartWith(first.out)
  expect((await callCount(key)) - before).toBe(3)
}, 30_000)
