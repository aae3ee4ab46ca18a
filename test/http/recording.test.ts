import { describe, expect, test } from 'bun:test'
import { connect as connectTo } from 'node:net'
import { issueKey } from '../../src/keys/issue.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { startCanary } from '../support/canary.ts'
import { audio } from '../support/fakes/audio.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import type { FakeProvider } from '../support/fakes/fake.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { startFakeRetell } from '../support/fakes/retell.ts'
import { serving } from '../support/fakes/serving.ts'
import { startFakeTwilio } from '../support/fakes/twilio.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'
import { answer, createGate } from '../support/gate.ts'
import { withRecordingAt } from '../support/orders.ts'
import { enter } from '../support/page.ts'
import { expectRefusal } from '../support/refusal.ts'
import { connect, until } from '../support/scenarios.ts'
import { atOnce } from '../../src/work.ts'

const providers = {
  vapi: startFakeVapi,
  retell: startFakeRetell,
  bland: startFakeBland,
  elevenlabs: startFakeElevenLabs,
  twilio: startFakeTwilio,
  http: startFakeHttp,
} satisfies Record<string, () => Promise<FakeProvider>>

const pathOf = (id: string) => `/api/v1/calls/${id}/recording`

/** A call that was talked on at a provider, and is over. */
const recorded = async (fake: FakeProvider) => {
  const line = connect(fake)
  const { id } = await line.place()
  for (const state of ['answered', 'completed'] as const) await line.report(id, state)
  return { ...line, id, path: pathOf(id) }
}

describe.each(Object.entries(providers))('a recording at %s', (_, start) => {
  test('is served by us, with the account’s credentials, each time it is asked for', async () => {
    await using fake = await start()
    const { gate, id, path } = await recorded(fake)
    const { data } = await answer(await gate.authorized(`/api/v1/calls/${id}`))
    expect(data?.recording_url).toBe(`https://gate.test${path}`)
    for (let time = 0; time < 3; time++) {
      const response = await gate.authorized(path)
      expect([response.status, await response.text()]).toEqual([200, audio])
      expect(response.headers.get('content-type')).toMatch(/^audio\/(wav|mpeg)$/)
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(response.headers.get('ratelimit')).toStartWith('"permin";r=')
    }
    expect(fake.complaints).toEqual([])
  })

  test('is served in part where a part is asked for', async () => {
    await using fake = await start()
    const { gate, path } = await recorded(fake)
    const response = await gate.authorized(path, { headers: { range: 'bytes=6-9' } })
    expect([response.status, await response.text()]).toEqual([206, audio.slice(6, 10)])
    expect(response.headers.get('content-range')).toBe(`bytes 6-9/${audio.length}`)
  })

  test('leaves neither a link nor a credential of the provider’s in the record, the webhook or the row', async () => {
    await using fake = await start()
    const { gate, id } = await recorded(fake)
    const record = await (await gate.authorized(`/api/v1/calls/${id}`)).text()
    const own = fake.kind.name === 'http'
    const row = JSON.stringify(atOnce(gate.services.calls.find(id)))
    for (const text of own ? [record] : [record, row]) {
      expect(text).not.toMatch(/signature=|storage\.|\/Recordings\/|127\.0\.0\.1/)
      for (const secret of Object.values(fake.credentials)) expect(text).not.toContain(secret)
    }
  })

  test('of a call on which nobody talked is none, and says how to have one', async () => {
    await using fake = await start()
    const line = connect(fake)
    const { id } = await line.place()
    await line.report(id, 'busy')
    const { data } = await answer(await line.gate.authorized(`/api/v1/calls/${id}`))
    expect(data?.recording_url).toBeNull()
    const refusal = await line.gate.authorized(pathOf(id))
    expect(refusal.status).toBe(404)
    expect(await refusal.json()).toMatchObject({
      success: false,
      code: 'recording_not_found',
      error: `No recording of this call is kept. ${fake.kind.recordings}`,
    })
  })

  test('is not there before the call is over', async () => {
    await using fake = await start()
    const line = connect(fake)
    const { id } = await line.place()
    await line.report(id, 'answered')
    await expectRefusal(await line.gate.authorized(pathOf(id)), 404, 'recording_not_found')
  })
})

describe('who may have it', () => {
  test('its environment’s key alone', async () => {
    using storage = await serving(new Response(audio, { headers: { 'content-type': 'audio/wav' } }))
    const gate = createGate()
    const { agencies, environments, keys } = gate.services
    const { id } = withRecordingAt(gate, storage.url)
    const staging = atOnce(issueKey(keys, gate.environment('staging').id, 0)).token
    const other = atOnce(environments.find(atOnce(agencies.create('Other', 'agency', 0)).id, 'production'))
    const stranger = atOnce(issueKey(keys, other?.id ?? '', 0)).token
    await expectRefusal(await gate.authorized(pathOf(id), {}, staging), 404, 'not_found')
    await expectRefusal(await gate.authorized(pathOf(id), {}, stranger), 403, 'wrong_agency')
    await expectRefusal(await gate.request(pathOf(id)), 401, 'missing_key')
    expect(storage.seen).toEqual([])
    expect((await gate.authorized(pathOf(id))).status).toBe(200)
  })

  test('the page’s player, for who is signed in there', async () => {
    using storage = await serving(new Response(audio, { headers: { 'content-type': 'audio/wav' } }))
    const gate = createGate()
    const { id } = withRecordingAt(gate, storage.url)
    const path = `/admin/agencies/${gate.agency.id}/calls/${id}/recording`
    const { cookie } = enter(gate, { agencyId: gate.agency.id })
    const response = await gate.request(path, { headers: { cookie } })
    expect([response.status, await response.text()]).toEqual([200, audio])
    expect(response.headers.get('content-type')).toBe('audio/wav')
    const next = encodeURIComponent(path)
    expect((await gate.request(path)).headers.get('location')).toBe(`/admin/sign-in?next=${next}`)
  })

  test('nobody once the person was forgotten', async () => {
    const gate = createGate()
    const { id } = withRecordingAt(gate, null)
    gate.database.sqlite.run("update calls set phone_number = '' where id = ?", [id])
    await expectRefusal(await gate.authorized(pathOf(id)), 404, 'recording_not_found')
  })
})

describe('what comes is audio, or nothing', () => {
  const ask = async (response: Response, path = '/') => {
    using storage = await serving(response)
    const gate = createGate()
    return await gate.authorized(pathOf(withRecordingAt(gate, storage.url + path).id))
  }

  test.each([
    ['audio/mpeg', '/', 'audio/mpeg'],
    ['audio/x-wav; codec=pcm', '/', 'audio/wav'],
    ['binary/octet-stream', '/a/b.mp3?x=1.html', 'audio/mpeg'],
  ])('%s from %s is passed on as %s', async (type, path, expected) => {
    const response = await ask(new Response(audio, { headers: { 'content-type': type } }), path)
    expect([response.status, response.headers.get('content-type')]).toEqual([200, expected])
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })

  test.each([
    ['text/html', '/'],
    ['image/svg+xml', '/a.wav'],
    ['application/octet-stream', '/page.html'],
    ['application/json', '/'],
  ])('%s from %s is not passed on', async (type, path) => {
    const response = await ask(new Response('<script>', { headers: { 'content-type': type } }), path)
    await expectRefusal(response, 502, 'recording_unavailable')
  })

  test.each([
    [404, 404, 'recording_not_found'],
    [410, 404, 'recording_not_found'],
    [401, 502, 'recording_unavailable'],
    [403, 502, 'recording_unavailable'],
    [500, 502, 'recording_unavailable'],
  ] as const)('the provider’s %i is our %i', async (theirs, status, code) => {
    await expectRefusal(await ask(new Response('no', { status: theirs })), status, code)
  })

  test('a header of theirs does not come along', async () => {
    const headers = {
      'content-type': 'audio/wav',
      'set-cookie': 'a=b',
      'content-security-policy': 'x',
      'x-theirs': '1',
    }
    const response = await ask(new Response(audio, { headers }))
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(response.headers.get('content-security-policy')).toStartWith("default-src 'none'")
    expect(response.headers.get('x-theirs')).toBeNull()
  })
})

describe('it is bounded', () => {
  const endless = () =>
    new Response(new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(65_536)) }), {
      headers: { 'content-type': 'audio/wav' },
    })

  test('four at a time in an environment, and the fifth may come when one is over', async () => {
    using storage = await serving(endless)
    const gate = createGate()
    const { id } = withRecordingAt(gate, storage.url)
    // Not held against the description, which would read them to their end.
    const open = () => gate.services.fetchRecording(atOnce(gate.services.calls.find(id))!, null)
    const four = [await open(), await open(), await open(), await open()]
    const refusal = await gate.authorized(pathOf(id))
    expect(refusal.headers.get('retry-after')).toBe('5')
    await expectRefusal(refusal, 429, 'recordings_limited')
    await four[0]?.body.cancel()
    four[0] = await open()
    await Promise.all(four.map(({ body }) => body.cancel()))
  })

  test('one that fails gives its turn back', async () => {
    using storage = await serving(new Response('no', { status: 500 }))
    const gate = createGate()
    const { id } = withRecordingAt(gate, storage.url)
    for (let time = 0; time < 6; time++)
      await expectRefusal(await gate.authorized(pathOf(id)), 502, 'recording_unavailable')
  })

  test('one that breaks off breaks off for who reads it, and the log says why', async () => {
    using storage = await startCanary((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ncontent-length: 1000\r\n\r\nhello'),
      ),
    )
    const warnings: unknown[] = []
    const gate = createGate({ log: { ...silentLog, warn: (...line) => void warnings.push(line) } })
    const { id } = withRecordingAt(gate, storage.url)
    const response = await gate.authorized(pathOf(id))
    // Bun prints whatever reason a body breaks off with.
    expect(await response.text().catch((error: unknown) => ({ error }))).toEqual({ error: undefined })
    expect(warnings).toEqual([['a recording broke off', { call_id: id, why: expect.any(String) }]])
  })

  test('by the guard: an address within is not asked', async () => {
    using storage = await serving(new Response(audio, { headers: { 'content-type': 'audio/wav' } }))
    const gate = createGate({ allowPrivateDestinations: false })
    const { id } = withRecordingAt(gate, storage.url)
    await expectRefusal(await gate.authorized(pathOf(id)), 502, 'recording_unavailable')
    expect(storage.seen).toEqual([])
  })

  test('a range that is none is passed over', async () => {
    using storage = await serving(new Response(audio, { headers: { 'content-type': 'audio/wav' } }))
    const gate = createGate()
    const { id } = withRecordingAt(gate, storage.url)
    for (const range of ['bytes=0-1,3-4', 'lines=1-2', 'bytes=-'])
      expect((await gate.authorized(pathOf(id), { headers: { range } })).status).toBe(200)
    expect(storage.seen.map(({ headers }) => headers.get('range'))).toEqual([null, null, null])
  })

  test('a HEAD is told of it, and leaves no connection', async () => {
    using storage = await serving(endless)
    const gate = createGate()
    const { id } = withRecordingAt(gate, storage.url)
    for (let time = 0; time < 6; time++) {
      const response = await gate.authorized(pathOf(id), { method: 'HEAD' })
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'audio/wav'])
    }
  })
})

test('whoever stops reading ends the connection to the provider too', async () => {
  let opened = 0
  using storage = await startCanary((socket) => {
    opened++
    socket.on('close', () => opened--)
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: audio/wav\r\ncontent-length: 1000\r\n\r\nhello')
    })
  })
  const gate = createGate()
  const { id } = withRecordingAt(gate, storage.url)
  const { server } = gate.app.listen({ port: 0, hostname: '127.0.0.1' })
  const socket = connectTo({ port: server?.port ?? 0, host: '127.0.0.1' })
  socket.write(`GET ${pathOf(id)} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${gate.key}\r\n\r\n`)
  let heard = ''
  socket.on('data', (data) => (heard += data))
  await until(() => heard.includes('hello'))
  expect([heard.slice(0, 15), opened]).toEqual(['HTTP/1.1 200 OK', 1])
  socket.destroy()
  await until(() => opened === 0)
  await server?.stop(true)
})
