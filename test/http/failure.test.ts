import { expect, test } from 'bun:test'
import { silentLog } from '../../src/telemetry/log.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { everythingIn, expectRefusal } from '../support/refusal.ts'

const createLogged = () => {
  const errors: Record<string, unknown>[] = []
  const gate = createGate({ log: { ...silentLog, error: (_, facts = {}) => void errors.push(facts) } })
  return { gate, errors }
}

const spoil = ({ database }: Gate, sql: string) => database.sqlite.run(sql)

test('what nobody expected is a 500 with a request id and nothing else; its cause is in the log under that id', async () => {
  const { gate, errors } = createLogged()
  await gate.trigger()
  spoil(gate, "update calls set metadata = 'unreadable-metadata'")
  const response = await gate.authorized('/api/v1/calls')
  expect(await everythingIn(response)).not.toMatch(/unreadable|JSON|Error:|\.ts/)
  const { sentence, headers } = await expectRefusal(response, 500, 'internal')
  expect(sentence).toBe('Internal error. Quote the X-Request-Id header when you report it.')
  expect(errors).toMatchObject([{ code: 'internal', request_id: headers.get('x-request-id') }])
  expect(String(errors[0]?.['error'])).toContain('JSON')
})

test('trouble with the storage is a 503 that says nothing of the statement', async () => {
  const { gate, errors } = createLogged()
  await gate.trigger()
  spoil(gate, 'alter table calls rename to elsewhere')
  const response = await gate.authorized('/api/v1/calls')
  expect(await everythingIn(response)).not.toMatch(/select|table|sqlite|\.ts/i)
  await expectRefusal(response, 503, 'storage_unavailable')
  expect(errors).toMatchObject([{ code: 'storage_unavailable' }])
})
