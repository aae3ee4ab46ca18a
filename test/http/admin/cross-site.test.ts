import { expect, test } from 'bun:test'
import {
  contentTypes,
  form,
  fromOurPages,
  hosts,
  methods,
  originsAround,
  sites,
  statusOf,
} from '../../support/cross-site.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator, postForm } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

test.each(methods)(
  '%s: a form is taken from our own pages alone, and as a form alone: exactly the allowed cells',
  async (method) => {
    const gate = createGate({ publicUrl: 'https://calls.example.com' })
    const { cookie } = await createOperator(gate)
    const surprises: unknown[] = []
    let taken = 0
    const cells = hosts.flatMap((host) => originsAround(host).map((origin) => ({ host, origin })))
    for (const { host, origin } of cells)
      for (const site of sites)
        for (const contentType of contentTypes) {
          const headers = new Headers({ cookie, host })
          if (site) headers.set('sec-fetch-site', site)
          if (origin) headers.set('origin', origin)
          if (contentType) headers.set('content-type', contentType)
          const body = method === 'GET' || method === 'HEAD' ? null : new TextEncoder().encode(form)
          const { status } = await gate.request('/admin/agencies', { method, headers, body })
          const expected = statusOf(method, fromOurPages(host, site, origin), contentType)
          if (status !== expected) surprises.push({ host, site, origin, contentType, status, expected })
          if (status === 303) taken++
        }
    expect(surprises).toEqual([])
    const made = atOnce(gate.services.agencies.list()).filter(({ name }) => name === 'Made')
    expect(made).toHaveLength(taken)
    // For each host ten allowed pairs of site and origin, in the two ways to write a form's type.
    expect(taken).toBe(method === 'POST' ? hosts.length * 20 : 0)
  },
)

test('a refused form changes nothing, whatever the path', async () => {
  const gate = createGate()
  const { cookie } = await createOperator(gate)
  const unsafe = gate.app.routes.filter(({ method, path }) => method === 'POST' && path.startsWith('/admin'))
  expect(unsafe.length).toBeGreaterThan(7)
  for (const { path } of unsafe) {
    const target = path.replace(':agency', gate.agency.id).replace(':environment', 'production')
    const answer = await postForm(
      gate,
      target,
      { enabled: 'false' },
      { cookie, 'sec-fetch-site': 'cross-site' },
    )
    expect(answer.status).toBe(403)
  }
  expect((await gate.authorized('/api/v1/key')).status).toBe(200)
})
