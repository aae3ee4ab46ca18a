import { expect, test } from 'bun:test'
import { createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'

const ask = (host: string) => createGate().authorized('/api/v1/key', { headers: { host } })

// Two Host headers arrive joined by a comma.
test.each([
  'one.example, two.example',
  'one.example,one.example',
  'a b',
  'user@gate.example',
  'gate.example/path',
  'gate.example:',
  'gate.example:99999',
  '[::1',
  '<script>',
])('a request for the host %p is refused before its key is looked at', async (host) => {
  await expectRefusal(await ask(host), 400, 'invalid_host')
})

test.each(['gate.example', 'GATE.example.', 'gate.example:3000', '127.0.0.1', '[::1]:3000', 'my_host'])(
  'a request for the host %p is answered',
  async (host) => {
    expect((await ask(host)).status).toBe(200)
  },
)
