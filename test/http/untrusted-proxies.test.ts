import { expect, test } from 'bun:test'
import { UntrustedProxies } from '../../src/http/untrusted-proxies.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { createGate } from '../support/gate.ts'
import { createOperator, textOf } from '../support/page.ts'

test('anybody can send the header, so that of a flood of peers a few are noted', () => {
  const proxies = new UntrustedProxies({ config: { trustedProxies: null }, log: silentLog })
  const request = new Request('http://gate.test/', { headers: { 'x-forwarded-for': '192.0.2.7' } })
  for (let peer = 0; peer < 100; peer++) {
    const server = { requestIP: () => ({ address: `198.51.100.${peer}`, family: 'IPv4', port: 1 }) }
    proxies.note({ request, server: server as never })
  }
  expect(proxies.warnings()).toHaveLength(5)
})

test('operators see what the server warns of on the page of agencies', async () => {
  const gate = createGate()
  const { visit } = await createOperator(gate)
  expect(await textOf(await visit('/admin/agencies'))).toContain(
    'CALLGATE_ALLOW_PRIVATE_DESTINATIONS : every agency can send requests to this machine',
  )
})
