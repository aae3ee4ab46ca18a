import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { enter, postForm } from '../../support/page.ts'
import { populate } from '../../support/visitors.ts'
import { atOnce } from '../../../src/work.ts'

/** Forms for people who are signed in. The others bring a password or a link of their own. */
const own = createGate()
  .app.routes.filter(({ method, path }) => method === 'POST' && path.startsWith('/admin/'))
  .map(({ path }) => path)
  .filter((path) => !/(setup|sign-in|sign-in\/passkey|sign-out|invitation|new-password)$/.test(path))

test('whoever is removed while their form still drips in changes nothing with it, whatever the form', async () => {
  expect(own.length).toBeGreaterThan(20)
  const waited: string[] = []
  for (const path of own) {
    const { gate, fill } = await populate()
    const { person, cookie } = enter(gate, { role: 'operator' })
    let isRead = false
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          isRead = true
          await Bun.sleep(0)
          atOnce(gate.services.people.remove(person))
          controller.enqueue(
            new TextEncoder().encode('enabled=true&real=true&name=Made&plan=agency&scenario=00'),
          )
          controller.close()
        },
      },
      { highWaterMark: 0 },
    )
    const headers = {
      cookie,
      'sec-fetch-site': 'same-origin',
      'content-type': 'application/x-www-form-urlencoded',
    }
    const answer = await gate.request(fill(path), { method: 'POST', headers, body })
    if (!isRead) continue
    waited.push(path)
    expect([path, answer.status, answer.headers.get('location')]).toEqual([path, 303, '/admin/sign-in'])
    expect(atOnce(gate.services.audit.list({ limit: 1 }))).toEqual([])
  }
  expect(waited.length).toBeGreaterThan(10)
}, 30_000)

test('nor whoever is removed while a provider is asked about the credentials that they gave', async () => {
  const gate = createGate()
  const { person, cookie } = enter(gate, { agencyId: gate.agency.id })
  await using provider = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: () => {
      atOnce(gate.services.people.remove(person))
      return Response.json({ ok: true })
    },
  })
  const fields = { base_url: provider.url.origin }
  const path = `/admin/agencies/${gate.agency.id}/integrations/providers/http`
  const answer = await postForm(gate, path, fields, { cookie, 'sec-fetch-site': 'same-origin' })
  expect(atOnce(gate.services.people.find(person.id))).toBeUndefined()
  expect(answer.headers.get('location')).toBe('/admin/sign-in')
  expect(atOnce(gate.services.accounts.list(gate.agency.id))).toEqual([])
})
