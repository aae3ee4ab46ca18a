import { expect, test } from 'bun:test'
import { createLog } from '../../src/telemetry/log.ts'

const line = {
  requestId: '01a208e5-7a3a-705f-99b7-b82e988de41d',
  method: 'POST',
  route: '/api/v1/calls/:call_id/end',
  status: 404,
  code: 'not_found',
  environmentId: 'an-environment',
  keyId: 'a-key',
  durationMs: 1.23456,
}

const logTo = (
  lines: string[],
  settings: Partial<Parameters<typeof createLog>[0]> = {},
  unread?: () => number,
) => createLog({ logFormat: 'json', logLevel: 'info', ...settings }, (text) => lines.push(text), unread)

test('a request is one line, and its JSON is of the same form as that of all other lines', () => {
  const lines: string[] = []
  const log = logTo(lines)
  log.request('info', line)
  log.info('request', { event: 'request' })
  const [request, other] = lines.map((text) => JSON.parse(text) as Record<string, unknown>)
  expect(lines.map((text) => text.at(-1))).toEqual(['\n', '\n'])
  expect(Object.keys(request ?? {}).slice(0, 5)).toEqual(Object.keys(other ?? {}))
  expect(request).toMatchObject({ ...other, '@timestamp': expect.any(String) })
  expect(request).toMatchObject({
    request_id: line.requestId,
    method: 'POST',
    route: '/api/v1/calls/:call_id/end',
    status: 404,
    code: 'not_found',
    environment_id: 'an-environment',
    key_id: 'a-key',
    duration_ms: 1.23,
  })
})

test('a request without a key says nothing of one', () => {
  const lines: string[] = []
  logTo(lines).request('info', { ...line, status: 200, code: null, keyId: null, environmentId: null })
  expect(Object.keys(JSON.parse(lines[0] ?? '') as object)).not.toContainAnyValues([
    'code',
    'key_id',
    'environment_id',
  ])
})

test('people read the same in a sentence', () => {
  const lines: string[] = []
  logTo(lines, { logFormat: 'pretty' }).request('info', line)
  expect(lines[0]).toContain(
    `POST /api/v1/calls/:call_id/end 404 not_found in 1.23 ms, request ${line.requestId}, key a-key, environment an-environment`,
  )
})

test('what is below the level is not written, and can be known before', () => {
  const lines: string[] = []
  const log = logTo(lines, { logLevel: 'warning' })
  expect([log.writes('debug'), log.writes('info')]).toEqual([false, false])
  log.request('info', line)
  expect(lines).toEqual([])
  expect(logTo([]).writes('info')).toBe(true)
})

test('a reader that does not keep up costs a bounded memory, and is told how many lines it missed', () => {
  const lines: string[] = []
  let unread = 0
  const log = logTo(lines, {}, () => unread)
  log.request('info', line)
  unread = 5_000_000
  for (let count = 0; count < 1000; count++) log.request('info', line)
  log.warn('another line')
  expect(lines).toHaveLength(1)
  unread = 0
  log.request('info', line)
  expect(lines).toHaveLength(3)
  expect(JSON.parse(lines[2] ?? '')).toMatchObject({ level: 'WARN', dropped: 1001 })
  log.request('info', line)
  expect(lines).toHaveLength(4)
})
