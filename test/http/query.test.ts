import { expect, test } from 'bun:test'
import { apiRoutes } from '../../src/http/openapi/routes.ts'
import { pageText } from '../support/docs.ts'
import { answer, createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'
import { atOnce } from '../../src/work.ts'

test.each(apiRoutes.map(({ method, path }) => [method.toUpperCase(), path] as const))(
  '%s %s refuses a parameter that it does not know, as it refuses an unknown field',
  async (method, path) => {
    const gate = createGate()
    const target = path.replace('{call_id}', crypto.randomUUID())
    for (const query of ['?phone=1', '?phone_number=%2B15551234507&phone=1', '?__proto__=1', '?toString=1']) {
      const { sentence, param } = await expectRefusal(
        await gate.authorized(`${target}${query}`, { method }),
        400,
        'invalid_query',
      )
      expect(sentence).not.toMatch(/phone=|proto|toString/)
      expect(param).toBeUndefined()
    }
  },
)

test('an anonymous request with an unknown parameter is told of its key first', async () => {
  const gate = createGate()
  await expectRefusal(await gate.request('/api/v1/key?x=1'), 401, 'missing_key')
})

test('a failure says which field is at fault where it is one, and where to read of it', async () => {
  const gate = createGate({ publicUrl: 'https://calls.example.com' })
  const other = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  const foreign = atOnce(gate.services.agents.create(other.id, { name: 'Eve', provider: 'simulator' }, 0))
  const call = { phone_number: '+15551234507' }
  const trigger = '/api/v1/calls/trigger'
  const failed = async (body: unknown) => answer(await gate.postJson(trigger, body))
  const get = async (path: string) => answer(await gate.authorized(path))
  const params = async () => ({
    missing: (await failed({})).param,
    number: (await failed({ phone_number: '5' })).param,
    agent: (await failed({ ...call, agent_id: 'x' })).param,
    unknownAgent: (await failed({ ...call, agent_id: crypto.randomUUID() })).param,
    foreignAgent: (await failed({ ...call, agent_id: foreign.id })).param,
    deep: (await failed({ ...call, consent: { basis: 7 } })).param,
    options: (await failed({ ...call, provider_options: { x: 1 } })).param,
    unknownField: (await failed({ ...call, x: 1 })).param,
    list: (await failed([])).param,
    malformedCall: (await get('/api/v1/calls/17')).param,
    unknownCall: (await get(`/api/v1/calls/${crypto.randomUUID()}`)).param,
  })
  expect(await params()).toEqual({
    missing: 'phone_number',
    number: 'phone_number',
    agent: 'agent_id',
    unknownAgent: 'agent_id',
    foreignAgent: 'agent_id',
    deep: 'consent.basis',
    options: 'provider_options',
    unknownField: undefined,
    list: undefined,
    malformedCall: 'call_id',
    unknownCall: 'call_id',
  })
  expect(await get('/api/v1/calls/17')).toMatchObject({
    error: 'The call_id in the path is not a UUID. Use the call_id of a trigger’s response.',
    doc_url: 'https://calls.example.com/docs/errors#not_found',
  })
})

test('each doc_url of a documented code leads to its row', async () => {
  const html = await (await createGate().request('/docs/errors')).text()
  const documented = [...(await pageText('errors')).matchAll(/^\| \d+ +\| `(\w+)`/gm)].map(([, code]) => code)
  const ids = [...html.matchAll(/<td id="(\w+)"><code>\1<\/code>/g)].map(([, id]) => id)
  expect(ids.length).toBeGreaterThan(40)
  expect(ids).toEqual(documented)
})
