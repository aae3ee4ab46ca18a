import { expect, test } from 'bun:test'
import { entriesAtOnce } from '../../../src/do-not-call/operations/import.ts'
import { commandLineActor } from '../../../src/people/actor.ts'
import { createToken } from '../../../src/people/operations/tokens.ts'
import { numberOf } from '../../support/do-not-call.ts'
import { type Answer, createGate } from '../../support/gate.ts'
import { atOnce } from '../../../src/work.ts'

const open = async (permission = ['*']) => {
  const gate = createGate()
  const { token } = await gate.services.perform(createToken, { name: 'ci', permission }, commandLineActor)
  const post = async (query: string, body: BodyInit, type = 'text/csv; charset=utf-8') => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': type }
    const response = await gate.request(`/api/admin/v1/dnc.import${query}`, { method: 'POST', headers, body })
    return { status: response.status, ...((await response.json()) as Answer) }
  }
  const isListed = (phoneNumber: string) =>
    atOnce(gate.services.doNotCall.isListed(gate.agency.id, phoneNumber, gate.clock.now()))
  return { ...gate, post, isListed }
}

test('a CSV file is imported as it streams in, with the other fields from the query', async () => {
  const { post, isListed } = await open()
  const count = entriesAtOnce * 2 + 1
  const lines = Array.from({ length: count }, (_, at) => `${numberOf(at)}\n`)
  const body = new ReadableStream({
    pull: (stream) => {
      const next = lines.splice(0, 700).join('')
      if (next === '') stream.close()
      else stream.enqueue(new TextEncoder().encode(next))
    },
  })
  const { status, data } = await post('?agency=Acme&source=crm', body)
  expect([status, data]).toEqual([200, { added: count, already_listed: 0, rejected: 0, problems: [] }])
  expect([0, count - 1].every((at) => isListed(numberOf(at)))).toBe(true)
})

test('a file and its fields are refused as a JSON body would be', async () => {
  const { post } = await open()
  expect(await post('?agency=Nobody', '+493012345667')).toMatchObject({ status: 404, code: 'not_found' })
  expect(await post('?list=mine', '+493012345667')).toMatchObject({ status: 400, code: 'invalid_input' })
  expect(await post('?agency=Acme', '"open')).toMatchObject({ status: 400, code: 'invalid_input' })
  const { post: postWithout, isListed } = await open(['dnc.list'])
  expect(await postWithout('?agency=Acme', '')).toMatchObject({ status: 403, code: 'permission_required' })
  expect(await postWithout('?agency=Acme', '+493012345667')).toMatchObject({ code: 'permission_required' })
  expect(isListed('+493012345667')).toBe(false)
})

test('a full part fits into one JSON body, and no more into the operation', async () => {
  const { post } = await open()
  const reason = 'é'.repeat(32)
  const entries = Array.from({ length: entriesAtOnce }, (_, at) => ({ phone_number: numberOf(at), reason }))
  const send = (given: object[]) =>
    post('', JSON.stringify({ agency: 'Acme', entries: given }), 'application/json')
  expect((await send(entries)).data).toMatchObject({ added: entriesAtOnce })
  expect(await send([...entries, { phone_number: numberOf(1) }])).toMatchObject({ code: 'invalid_input' })
})
