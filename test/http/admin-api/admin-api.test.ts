import { describe, expect, test } from 'bun:test'
import { commandLineActor } from '../../../src/people/actor.ts'
import { createToken, revokeToken } from '../../../src/people/operations/tokens.ts'
import { type Answer, createGate, type Gate } from '../../support/gate.ts'
import { atOnce } from '../../../src/work.ts'

const open = async (input: Partial<Parameters<typeof makeToken>[1]> = {}) => {
  const gate = createGate()
  const made = await makeToken(gate, input)
  const post = async (path: string, body?: unknown, authorization = `Bearer ${made.token}`) => {
    const response = await gate.request(`/api/admin/v1/${path}`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    return { ...((await response.json()) as Answer), status: response.status, headers: response.headers }
  }
  return { ...gate, made, post }
}

const makeToken = (gate: Gate, input: { permission?: string[]; agency?: string; expires_at?: string }) =>
  gate.services.perform(createToken, { name: 'ci', permission: ['*'], ...input }, commandLineActor)

const production = { agency: 'Acme', environment: 'production' }

test('an operation is done by its name, and its output is the data', async () => {
  const { authorized, key, post } = await open()
  const { status, data, headers } = await post('key.rotate', production)
  expect(status).toBe(200)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(data).toMatchObject({ environment: 'production', replaced_last4: key.slice(-4) })
  expect((await authorized('/api/v1/key')).status).toBe(401)
  expect((await authorized('/api/v1/key', {}, String(data?.key))).status).toBe(200)
})

test('an operation without input needs no body', async () => {
  const { post } = await open()
  expect(await post('token.list')).toMatchObject({ status: 200, data: [{ name: 'ci' }] })
})

test('what would end is asked at its preview, and nothing ends', async () => {
  const { authorized, post } = await open()
  const { data } = await post('key.rotate/preview', production)
  expect(String(data?.ends)).toEndWith('stops working at once.')
  expect((await authorized('/api/v1/key')).status).toBe(200)
})

describe('a token', () => {
  test('that was revoked opens nothing from that instant on', async () => {
    const { made, post, services } = await open()
    expect((await post('token.list')).status).toBe(200)
    await services.perform(revokeToken, { token: made.id }, commandLineActor)
    expect(await post('token.list')).toMatchObject({ status: 401, code: 'invalid_admin_token' })
  })

  test('that expired opens nothing', async () => {
    const { clock, post } = await open({ expires_at: '2026-01-15T13:00:00Z' })
    expect((await post('token.list')).status).toBe(200)
    clock.step(60 * 60_000)
    expect(await post('token.list')).toMatchObject({
      status: 401,
      error: 'The admin token is not valid: it expired on 2026-01-15T13:00:00.000Z.',
    })
  })

  test('of one agency sees it alone, and need not name it', async () => {
    const { post, services } = await open({ agency: 'Acme' })
    atOnce(services.agencies.create('Other', 'agency', 0))
    expect((await post('key.show', { environment: 'production', agency: 'Other' })).status).toBe(404)
    expect((await post('key.show', production)).status).toBe(200)
    expect(await post('token.list')).toMatchObject({ status: 403, code: 'operator_only' })
  })

  test('without a permission is told which', async () => {
    const { post } = await open({ permission: ['key.show'] })
    expect(await post('key.rotate', production)).toMatchObject({
      status: 403,
      error: 'This admin token does not have the permission key.rotate.',
    })
  })
})

describe('the wrong thing in the hand', () => {
  test('an API key is told that it never administers', async () => {
    const { key, post } = await open()
    const { status, code, error } = await post('token.list', {}, `Bearer ${key}`)
    expect({ status, code }).toEqual({ status: 401, code: 'wrong_credential' })
    expect(error).toStartWith('This is an API key')
  })

  test('an admin token at the API is told that it never places a call', async () => {
    const { authorized, made } = await open()
    const response = await authorized('/api/v1/key', {}, made.token)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ code: 'wrong_credential' })
  })

  test.each([
    ['', 'missing_admin_token'],
    ['Bearer', 'missing_admin_token'],
    ['Basic YTpi', 'wrong_scheme'],
    [`Bearer bvai_admin_${'a'.repeat(38)}`, 'invalid_admin_token'],
    ['Bearer hello', 'invalid_admin_token'],
  ])('%p is refused as %s', async (authorization, code) => {
    const { post } = await open()
    expect(await post('token.list', {}, authorization)).toMatchObject({ status: 401, code })
  })

  test('tokens guessed from one address are throttled as keys are', async () => {
    const { made, post } = await open()
    const guess = made.token.slice(0, -1) + (made.token.endsWith('0') ? '1' : '0')
    const statuses: number[] = []
    for (let tried = 0; tried < 61; tried++)
      statuses.push((await post('token.list', {}, `Bearer ${guess}`)).status)
    expect(statuses.slice(0, 60)).toEqual(Array(60).fill(401))
    expect(statuses.at(-1)).toBe(429)
    expect((await post('token.list')).status).toBe(200)
  })

  test('a parameter in the URL is refused, because no operation reads one', async () => {
    const { post } = await open()
    for (const path of ['token.list?agency=Acme', 'token.list/preview?x=1'])
      expect(await post(path)).toMatchObject({ status: 400, code: 'invalid_query' })
  })

  test('a token in the URL is refused, whatever the header says', async () => {
    const { made, post } = await open()
    expect(await post(`token.list?t=${made.token}`)).toMatchObject({ status: 400, code: 'key_in_url' })
  })
})

test('there is nothing but the operations', async () => {
  const { post, request } = await open()
  expect(await post('toString')).toMatchObject({ status: 404, code: 'not_found' })
  expect((await request('/api/admin/v1/token.list')).status).toBe(405)
})

test('the secret of a token is in the one answer that shows it, and nowhere in the database', async () => {
  const { database, made } = await open()
  expect(database.sqlite.serialize().includes(Buffer.from(made.token))).toBe(false)
})
