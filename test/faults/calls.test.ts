import { expect, test } from 'bun:test'
import { join } from 'node:path'

test('every call ends and is created at most once, through faults at the provider and kill -9', async () => {
  const proof = Bun.spawn(['bun', join(import.meta.dir, 'calls.ts'), '40', '3'], {
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const line = await new Response(proof.stdout).text()
  expect(line).toContain('0 open, 0 leases, 1 creates a call at most, 0 malformed orders')
  expect(await proof.exited).toBe(0)
}, 90_000)
