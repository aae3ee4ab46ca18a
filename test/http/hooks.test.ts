import { expect, spyOn, test } from 'bun:test'
import { startFakeHttp } from '../support/fakes/http.ts'
import { createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'
import { signAsRetell, startFakeRetell } from '../support/fakes/retell.ts'
import { connect, until } from '../support/scenarios.ts'
import { atOnce } from '../../src/work.ts'

const unknownId = '00000000-0000-4000-8000-000000000000'
const post = (body: BodyInit) => ({ method: 'POST', body })

test.each(['/hooks/http/', '/hooks/simulator/', '/hooks/nobody/'])(
  'there is no account at %s of an unknown id',
  async (path) => {
    const gate = createGate()
    await expectRefusal(await gate.request(`${path}${unknownId}`, post('{}')), 404, 'not_found')
  },
)

test('an account answers under its own provider alone', async () => {
  await using fake = await startFakeHttp()
  const { gate, account } = connect(fake)
  await expectRefusal(await gate.request(`/hooks/vapi/${account.id}`, post('{}')), 404, 'not_found')
})

test('an account never speaks for the call of another account, though it names it', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, slots } = connect(fake)
  const call = await place()
  const { id: agencyId } = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  const other = atOnce(
    gate.services.accounts.save(
      { agencyId, provider: 'http', baseUrl: fake.baseUrl, credentials: fake.credentials },
      gate.clock.now(),
    ),
  )
  const [report] = fake.reports(call.id, 'completed', gate.clock.now())
  const given = { method: 'POST', headers: report?.headers ?? {}, body: report?.body ?? '' }
  expect((await gate.request(`/hooks/http/${other.id}`, given)).status).toBe(200)
  expect([call.now().status, slots()]).toEqual(['initiated', 1])
})

test('wrong signatures are throttled for each account and address, and a right one is taken all the same', async () => {
  await using fake = await startFakeHttp()
  const { gate, account, place } = connect(fake)
  const call = await place()
  const forge = (id = account.id) => gate.request(`/hooks/http/${id}`, post('{"call_id":"x"}'))
  for (let tried = 0; tried < 60; tried++) expect((await forge()).status).toBe(401)
  await expectRefusal(await forge(), 429, 'too_many_invalid_signatures')
  const { id: agencyId } = atOnce(gate.services.agencies.create('Other', 'agency', gate.clock.now()))
  const other = atOnce(
    gate.services.accounts.save(
      { agencyId, provider: 'http', baseUrl: fake.baseUrl, credentials: fake.credentials },
      gate.clock.now(),
    ),
  )
  expect((await forge(other.id)).status).toBe(401)
  const [report] = fake.reports(call.id, 'completed', gate.clock.now())
  const given = { method: 'POST', headers: report?.headers ?? {}, body: report?.body ?? '' }
  expect((await gate.request(`/hooks/http/${account.id}`, given)).status).toBe(200)
  await gate.clock.advance(60_000)
  expect((await forge()).status).toBe(401)
})

const mb = 1024 * 1024

test('more than 4 MB is not read', async () => {
  await using fake = await startFakeHttp()
  const { gate, account } = connect(fake)
  const large = 'x'.repeat(4 * mb + 1)
  await expectRefusal(await gate.request(`/hooks/http/${account.id}`, post(large)), 413, 'body_too_large')
})

test('a report as large as an hour of talk makes it is taken, whole or in pieces, declared or not', async () => {
  await using fake = await startFakeRetell()
  const { gate, account, place } = connect(fake)
  for (const declares of [true, false]) {
    const call = await place()
    const [ended] = fake.reports(call.id, 'completed', gate.clock.now())
    const { call: said } = JSON.parse(ended?.body ?? '') as { call: object }
    const words = Array.from({ length: 60_000 }, (_, at) => ({ word: `word ${at}`, start: at, end: at + 1 }))
    const body = JSON.stringify({ event: 'call_ended', call: { ...said, words } })
    expect(body.length).toBeGreaterThan(2 * mb)
    const headers = {
      'x-retell-signature': signAsRetell(body, gate.clock.now()),
      ...(declares ? { 'content-length': String(body.length) } : {}),
    }
    const given = { method: 'POST', headers, body: inPieces(body) }
    expect((await gate.request(`/hooks/retell/${account.id}`, given)).status).toBe(200)
    expect(call.now()).toMatchObject({ status: 'completed', durationSeconds: 42 })
  }
})

const inPieces = (text: string, hold: () => Promise<void> = async () => {}) => {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      if (at > bytes.length - 64 * 1024) await hold()
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, (at += 64 * 1024)))
    },
  })
}

test('reports that come at once are bounded in all, and each is given room again once it is answered', async () => {
  await using fake = await startFakeHttp()
  const { gate, account } = connect(fake)
  const { promise: released, resolve: release } = Promise.withResolvers<void>()
  let held = 0
  const wait = () => {
    held++
    return released
  }
  const send = (hold?: () => Promise<void>) =>
    gate.request(`/hooks/http/${account.id}`, {
      method: 'POST',
      headers: { 'content-length': String(4 * mb) },
      body: inPieces('x'.repeat(4 * mb), hold),
    })
  const waiting = Array.from({ length: 4 }, () => send(wait))
  await until(() => held === 4)
  const refused = await send()
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
  release()
  for (const response of await Promise.all(waiting)) expect(response.status).toBe(401)
  expect((await send()).status).toBe(401)
})

test('what is signed but makes no sense is taken and changes nothing', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, deliver } = connect(fake)
  const call = await place()
  const [report] = fake.reports(call.id, 'completed', gate.clock.now())
  expect((await deliver({ headers: report?.headers ?? {}, body: '[]', search: '' })).status).toBe(401)
  expect(call.now().status).toBe('initiated')
})

test('the disk that takes nothing makes the provider come again', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, report } = connect(fake)
  const call = await place()
  gate.database.sqlite.run('PRAGMA query_only = ON')
  expect(await report(call.id, 'completed')).toEqual([503])
  gate.database.sqlite.run('PRAGMA query_only = OFF')
  expect(await report(call.id, 'completed')).toEqual([200])
  expect(call.now().status).toBe('completed')
})

test('news by our id of a call that its provider knows by another id is another call’s: taken, logged, and ignored', async () => {
  await using fake = await startFakeRetell()
  const { gate, account, place, deliver } = connect(fake)
  const warn = spyOn(gate.services.log, 'warn')
  const call = await place()
  const [report] = fake.reports(call.id, 'completed', gate.clock.now())
  const held = call.now().providerCallId ?? ''
  atOnce(gate.services.calls.update(call.now(), { ...call.now(), providerCallId: 'call_other' }))
  expect(report && (await deliver(report)).status).toBe(200)
  expect(call.now()).toMatchObject({ status: 'initiated', providerCallId: 'call_other' })
  expect(warn).toHaveBeenCalledWith('a provider reported another call by our id', {
    account_id: account.id,
    call_id: call.id,
  })
  atOnce(gate.services.calls.update(call.now(), { ...call.now(), providerCallId: held }))
  expect(report && (await deliver(report)).status).toBe(200)
  expect(call.now().status).toBe('completed')
})

test('a report of a live call shows that its provider knows it', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, report } = connect(fake)
  const call = await place()
  atOnce(gate.services.calls.update(call.now(), { ...call.now(), missingSince: gate.clock.now() }))
  await gate.clock.advance(1000)
  await report(call.id, 'ringing')
  expect(call.now()).toMatchObject({ status: 'ringing', missingSince: null })
})

test('a report that is too large to be read is asked for', async () => {
  await using fake = await startFakeHttp()
  const { gate, place, report, deliver, slots } = connect(fake)
  gate.services.reconciler.start()
  const call = await place()
  await report(call.id, 'answered')
  fake.move(call.id, 'completed')
  const body = JSON.stringify({ call_id: call.id, status: 'completed', summary: 'x'.repeat(4 * mb) })
  expect((await deliver({ headers: {}, body, search: '' })).status).toBe(413)
  await gate.clock.advance(20_000)
  await until(() => call.now().status === 'completed')
  expect(call.now()).toMatchObject({ summary: fake.details.summary, transcript: fake.details.transcript })
  expect(slots()).toBe(0)
})
