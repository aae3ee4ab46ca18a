import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import { failures, type Reason } from '../../../src/failures.ts'
import { describeApi } from '../../../src/http/openapi/document.ts'
import { adminRefusals } from '../../../src/http/openapi/admin.ts'
import { apiRoutes } from '../../../src/http/openapi/routes.ts'
import { elsewhere, everywhere } from '../../../src/http/openapi/refusals.ts'
import { nonconformities, webhookProblem } from '../../support/conformance.ts'
import { listen } from '../../support/webhooks.ts'
import { answer, createGate } from '../../support/gate.ts'
import { expectRefusal } from '../../support/refusal.ts'
import { atOnce } from '../../../src/work.ts'

test('is valid by the official schema of OpenAPI 3.1', async () => {
  const gate = createGate()
  const document = (await (await gate.request('/openapi.json')).json()) as Record<string, unknown>
  const validator = new Validator()
  const { valid, errors } = await validator.validate(document)
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(validator.version).toBe('3.1')
})

test('is kept by its ETag, and asked for again costs nothing', async () => {
  const gate = createGate()
  const first = await gate.request('/openapi.json')
  const etag = first.headers.get('etag') ?? ''
  expect(first.headers.get('content-type')).toStartWith('application/json')
  const again = await gate.request('/openapi.json', { headers: { 'if-none-match': etag } })
  expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
  const other = await gate.request('/openapi.json', { headers: { 'if-none-match': '"other"' } })
  expect(await other.json()).toEqual(JSON.parse(await first.text()))
})

test('describes every route of the API and none that is not there', () => {
  const routes = createGate()
    .app.routes.filter(({ path }) => path.startsWith('/api/v1'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const described = apiRoutes.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  expect(described.toSorted()).toEqual(routes.toSorted())
})

test('names every failure, but those that only the page and the hooks know', () => {
  const others: Reason[] = [
    'invalid_signature',
    'too_many_invalid_signatures',
    'reports_busy',
    'sign_in_needed',
    'second_factor_needed',
    'enrolment_needed',
    'confirmation_needed',
    'agreement_needed',
    'cross_site',
    'metrics_closed',
    'metrics_host',
    'metrics_token_needed',
  ]
  const described = new Set([
    ...everywhere,
    ...elsewhere,
    ...adminRefusals,
    ...others,
    ...apiRoutes.flatMap(({ refusals }) => refusals),
  ])
  expect([...described].toSorted()).toEqual((Object.keys(failures) as Reason[]).toSorted())
})

test.each(apiRoutes.map((operation) => [operation.id, operation] as const))(
  'the example answers of %s are answers that it can give',
  async (_, { method, path }) => {
    const { responses } = (describeApi().paths[path]?.[method] ?? {}) as {
      responses: Record<string, { content: { 'application/json'?: Examples } }>
    }
    for (const [status, { content }] of Object.entries(responses)) {
      if (!content['application/json']) continue
      const { example, examples = { example: { value: example } } } = content['application/json']
      for (const { value } of Object.values(examples)) {
        const response = Response.json(value, { status: Number(status) })
        const problems = await nonconformities(method, path, response)
        expect(problems.filter((problem) => !problem.startsWith('the header'))).toEqual([])
      }
    }
  },
)
interface Examples {
  example?: unknown
  examples?: Record<string, { value: unknown }>
}

test('every example of a request is granted, and comes back as the call that it shows', async () => {
  for (const { path, body } of apiRoutes.filter((operation) => operation.body)) {
    for (const { value } of Object.values(body?.examples ?? {})) {
      const gate = createGate()
      const order = value as Record<string, unknown>
      // The only part of an example that can only be right for one agency.
      const ours = order['agent_id'] === undefined ? order : { ...order, agent_id: gate.agent.id }
      const { call_id, success } = await answer(await gate.postJson(path, ours))
      expect(success).toBe(true)
      const { data } = await answer(await gate.authorized(`/api/v1/calls/${call_id}`))
      expect(data).toMatchObject(ours)
    }
  }
})

test('what it says of a body is what the route takes', async () => {
  const gate = createGate({ requestsPerMinute: 1000, concurrentCalls: 1000 })
  const { Trigger } = describeApi().components.schemas as Record<
    string,
    { required: string[]; properties: object }
  >
  expect(Trigger).toMatchObject({ required: ['phone_number'], additionalProperties: false })
  for (const field of Object.keys(Trigger?.properties ?? {})) {
    const order = { phone_number: '+15551234507', [field]: 7 }
    expect((await gate.postJson('/api/v1/calls/trigger', order)).status).toBe(400)
  }
  await expectRefusal(
    await gate.postJson('/api/v1/calls/trigger', { phone_number: '+15551234507', other: 1 }),
    400,
    'invalid_body',
  )
})

test('every webhook that is written, and every example of one, is as it says', async () => {
  const gate = createGate()
  listen(gate, 'https://example.com/hook')
  const written: { event: string; payload: unknown }[] = []
  for (const scenario of ['00', '01', '04', '06']) {
    const { call_id } = await answer(await gate.trigger(scenario))
    await gate.clock.advance(10_000)
    for (const { event, payload } of atOnce(gate.services.deliveries.ofCall(call_id ?? '')))
      written.push({ event, payload: JSON.parse(payload) })
  }
  expect(written.map(({ event }) => event)).toContainValues(['call_started', 'call_ended'])
  for (const [event, { post }] of Object.entries(describeApi().webhooks))
    written.push({ event, payload: post.requestBody.content['application/json'].example })
  for (const { event, payload } of written)
    expect({ event, problem: webhookProblem(event, payload) }).toEqual({ event, problem: undefined })
  expect(webhookProblem('test', written[0]?.payload)).toContain('event')
})

test('what it does not allow of an answer is told, each thing by name', async () => {
  const right = async () => (await createGate().authorized('/api/v1/key')).clone()
  const wrong = async (change: (response: Response) => Promise<Response> | Response) =>
    nonconformities('GET', '/api/v1/key', await change(await right()))
  expect(await wrong((response) => response)).toEqual([])
  expect(await wrong((response) => new Response(response.body, { ...response, status: 418 }))).toHaveLength(1)
  expect(
    await wrong((response) => {
      response.headers.delete('ratelimit')
      response.headers.set('retry-after', '1')
      return response
    }),
  ).toEqual(['the header ratelimit is missing', 'the header retry-after is not described'])
  expect(
    await wrong(async (response) =>
      Response.json({ ...(await response.json()), secret: 1 }, { headers: response.headers }),
    ),
  ).toEqual(['data must NOT have additional properties'])
})

test('an answer that it does not allow fails the test that got it, by whatever way and unlooked at', async () => {
  const tests = [process.execPath, 'test', join(import.meta.dir, 'wrong-answers.ts')]
  const child = Bun.spawn(tests, { env: { ...process.env, NO_COLOR: '1' }, stdout: 'ignore', stderr: 'pipe' })
  const said = await new Response(child.stderr).text()
  expect(await child.exited).toBe(1)
  expect(said).toContain('GET /api/v1/key answered 418')
  expect(said.match(/^\((?:pass|fail)\) [^[\n]+(?= |$)/gm)).toEqual([
    '(fail) by fetch',
    '(fail) by a request that is made before',
    '(fail) over a raw socket',
    '(fail) in the process',
    '(pass) elsewhere than under /api/v1, nothing is described',
  ])
})

test('no test reads an answer of the API where nothing holds it against this', async () => {
  const unheld =
    /^import .*(?:\bconnect\b.* from 'node:net|from 'node:(?:tls|https?))'|Bun\.connect\(|\bcreateApp\(|\(\['(?:curl|wget)'/m
  const root = join(import.meta.dir, '../..')
  const found = [...new Glob('**/*.ts').scanSync(root)].filter((path) =>
    unheld.test(readFileSync(join(root, path), 'utf8')),
  )
  expect(found.toSorted()).toEqual([
    'binary/process.test.ts', // reads nothing
    'binary/tls.test.ts', // holds what it reads
    'faults/slow-clients.ts', // sends what is never answered
    'http/recording.test.ts', // leaves before the end
    'outgoing/send.test.ts', // is a server
    'support/fakes/serve.ts', // is a server
    'support/gate.ts', // holds all
    'support/raw.ts', // holds all
  ])
})
