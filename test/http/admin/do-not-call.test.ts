import { describe, expect, test } from 'bun:test'
import { entriesAtOnce } from '../../../src/do-not-call/operations/import.ts'
import { numberOf } from '../../support/do-not-call.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator, enter, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const phone_number = '+493012345667'

const open = async () => {
  const gate = createGate()
  const page = await createOperator(gate)
  const path = `/admin/agencies/${gate.agency.id}/do-not-call`
  const upload = (file: Blob | undefined, at = path, cookie = page.cookie) => {
    const body = new FormData()
    body.append('note', 'a field that is passed over')
    if (file) body.append('file', file, 'opted-out.csv')
    const headers = { cookie, 'sec-fetch-site': 'same-origin' }
    return gate.request(`${at}/import`, { method: 'POST', headers, body })
  }
  const isListed = (phoneNumber = phone_number, agencyId = gate.agency.id) =>
    atOnce(gate.services.doNotCall.isListed(agencyId, phoneNumber, gate.clock.now()))
  return { ...gate, ...page, path, upload, isListed, gate }
}

test('a number is added, found and removed, and never shown', async () => {
  const { post, path, visit, isListed } = await open()
  const added = await post(path, { phone_number, reason: 'by e-mail', expires_on: '2026-12-31' })
  expect(added.status).toBe(200)
  expect(await textOf(added)).toContain('Added +49…67 to this list.')
  expect(isListed()).toBe(true)
  const shown = await (await visit(path)).text()
  expect(shown).toContain('by e-mail')
  expect(shown).toContain('31 Dec 2026, 23:59 UTC')
  expect(shown).not.toContain(phone_number)
  const checked = await textOf(await post(`${path}/check`, { phone_number }))
  expect(checked).toContain('Must not be called: it is on the agency’s list.')
  expect(await textOf(await post(`${path}/remove`, { phone_number }))).toContain(
    'Removed +49…67 from this list.',
  )
  expect(isListed()).toBe(false)
  const again = await post(`${path}/remove`, { phone_number })
  expect([again.status, await textOf(again)]).toEqual([
    422,
    expect.stringContaining('The number is not on this list.'),
  ])
})

test('a form that is refused comes back with what was typed and the reason', async () => {
  const { post, path } = await open()
  const response = await post(path, { phone_number: '030 12345', reason: 'by phone' })
  expect(response.status).toBe(422)
  const html = await response.text()
  expect(html).toContain('value="030 12345"')
  expect(html).toContain('value="by phone"')
  expect(html).toContain('phone_number must be a plus and 7 to 15 digits')
})

test('the list of the whole gate is an operator’s, and an agency’s admin only sees its effect', async () => {
  const { gate, post, path, isListed, request } = await open()
  await post('/admin/do-not-call', { phone_number })
  expect(isListed()).toBe(true)
  const { cookie } = enter(gate, { role: 'admin', agencyId: gate.agency.id })
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  expect((await request('/admin/do-not-call', { headers })).status).toBe(403)
  const ask = (action: string) =>
    request(`${path}/${action}`, { method: 'POST', headers, body: new URLSearchParams({ phone_number }) })
  expect(await textOf(await ask('check'))).toContain(
    'Must not be called: it is on the list of the whole gate.',
  )
  expect(await textOf(await ask('remove'))).toContain('which only an operator can change.')
  expect(isListed()).toBe(true)
})

test('a list is paged', async () => {
  const { path, upload, visit } = await open()
  await upload(new Blob([Array.from({ length: 60 }, (_, at) => numberOf(at)).join('\n')]))
  const rows = (html: string) => html.match(/<td[^>]*>\+49…\d\d<\/td>/g)?.length
  const first = await (await visit(path)).text()
  expect(rows(first)).toBe(50)
  const [, older = ''] = /href="([^"]+)">Older entries/.exec(first) ?? []
  const second = await (await visit(older)).text()
  expect([rows(second), second.includes('Older entries'), second.includes('Newest entries')]).toEqual([
    10,
    false,
    true,
  ])
})

describe('an uploaded file', () => {
  test('is imported, its bad lines are named, and the download has what is listed now', async () => {
    const { path, upload, visit, isListed, services } = await open()
    const lines = Array.from({ length: entriesAtOnce + 1 }, (_, at) => numberOf(at))
    const response = await upload(new Blob([['phone_number', 'nonsense', ...lines].join('\r\n')]))
    expect(response.status).toBe(200)
    const text = await textOf(response)
    expect(text).toContain(`Numbers added: ${lines.length}, already listed: 0, rejected: 1.`)
    expect(text).toContain('1 line could not be imported:')
    expect(text).toContain('Line 2: not a phone number in E.164')
    expect(lines.every((line) => isListed(line))).toBe(true)
    expect(
      atOnce(services.audit.list({ limit: 9 })).filter(({ action }) => action === 'dnc.imported'),
    ).toHaveLength(2)
    const download = await visit(`${path}.csv`)
    expect(download.headers.get('content-disposition')).toBe('attachment; filename="do-not-call.csv"')
    expect((await download.text()).trimEnd().split('\r\n')).toHaveLength(lines.length + 1)
  })

  test('goes to the list of the whole gate from its page', async () => {
    const { upload, isListed, services } = await open()
    const other = atOnce(services.agencies.create('Other', 'agency', 1))
    await upload(new Blob([phone_number]), '/admin/do-not-call')
    expect(isListed(phone_number, other.id)).toBe(true)
  })

  test('that cannot be read says where, after what was imported', async () => {
    const { upload, isListed } = await open()
    const response = await upload(new Blob([`${phone_number}\n"x`]))
    expect(response.status).toBe(422)
    expect(await textOf(response)).toContain(
      'Line 2 cannot be read as CSV. Before it: Numbers added: 1, already listed: 0, rejected: 0.',
    )
    expect(isListed()).toBe(true)
  })

  test('that is missing is asked for', async () => {
    const { upload } = await open()
    const response = await upload(undefined)
    expect([response.status, await textOf(response)]).toEqual([
      422,
      expect.stringContaining('Choose a file.'),
    ])
  })

  test('with an API key in it is not imported', async () => {
    const { key, upload, isListed } = await open()
    const response = await upload(new Blob([`${phone_number},${key}`]))
    expect([response.status, isListed()]).toEqual([422, false])
    expect(await response.text()).not.toContain(key)
  })

  test('of more than 64 MB is refused at its declared length', async () => {
    const { cookie, path, request } = await open()
    const headers = {
      cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'multipart/form-data; boundary=x',
      'content-length': String(64 * 1024 * 1024 + 1),
    }
    const response = await request(`${path}/import`, { method: 'POST', headers, body: '--x' })
    expect(response.status).toBe(413)
  })

  test('whose connection breaks in the middle ends there, with what was imported', async () => {
    const { cookie, path, request, isListed } = await open()
    const lines = Array.from({ length: entriesAtOnce + 1 }, (_, at) => numberOf(at)).join('\n')
    const head = '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n'
    const pieces = [head, lines]
    const body = new ReadableStream({
      pull: (stream) => {
        const piece = pieces.shift()
        if (piece === undefined) stream.error(new Error('the connection broke'))
        else stream.enqueue(new TextEncoder().encode(piece))
      },
    })
    const headers = {
      cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'multipart/form-data; boundary=x',
    }
    const response = await request(`${path}/import`, { method: 'POST', headers, body })
    expect(response.status).toBe(400)
    expect([isListed(numberOf(0)), isListed(numberOf(entriesAtOnce))]).toEqual([true, false])
  })

  test.each([
    [
      'that ends in the middle',
      'multipart/form-data; boundary=x',
      '--x\r\ncontent-disposition: form-data; name="file"; filename="a"\r\n\r\n+493012345667',
    ],
    ['of no form', 'multipart/form-data', 'anything'],
    ['of another kind', 'application/json', '{}'],
  ])('%s is refused with a page, and imports nothing', async (_, type, body) => {
    const { cookie, path, request, isListed } = await open()
    const headers = { cookie, 'sec-fetch-site': 'same-origin', 'content-type': type }
    const response = await request(`${path}/import`, { method: 'POST', headers, body })
    expect([400, 415]).toContain(response.status)
    expect(isListed()).toBe(false)
  })
})
