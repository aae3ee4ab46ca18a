import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { createOperator, postForm } from '../../support/page.ts'

const sites = [undefined, 'same-origin', 'same-site', 'cross-site', 'none']
const origins = [
  undefined,
  'null',
  'http://gate.test',
  'https://gate.test',
  'http://gate.test:8080',
  'http://gate.test.evil.example',
  'http://evil.example',
  'https://calls.example.com',
]

test('a form is taken from our own pages alone: exactly the allowed cells', async () => {
  const gate = createGate({ publicUrl: 'https://calls.example.com' })
  const { cookie } = await createOperator(gate)
  const allowed: string[] = []
  for (const site of sites) {
    for (const origin of origins) {
      const headers = new Headers({ cookie, host: 'gate.test' })
      if (site) headers.set('sec-fetch-site', site)
      if (origin) headers.set('origin', origin)
      const { status } = await postForm(gate, '/admin/agencies', { name: 'Made', plan: 'agency' }, headers)
      expect([303, 403]).toContain(status)
      if (status === 303) allowed.push(`${site} ${origin}`)
    }
  }
  expect(allowed).toEqual([
    'undefined http://gate.test',
    'undefined https://calls.example.com',
    ...origins.map((origin) => `same-origin ${origin}`),
  ])
  expect(gate.services.agencies.list().filter(({ name }) => name === 'Made')).toHaveLength(allowed.length)
})

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
