import { expect, test } from 'bun:test'
import { join } from 'node:path'

test('a backup under load is whole, and holds every call acknowledged before it began', async () => {
  const proof = Bun.spawn(['bun', join(import.meta.dir, 'backups.ts'), '3'], { stdout: 'pipe' })
  expect(await new Response(proof.stdout).text()).toContain(
    '0 refused, 0 damaged, 0 acknowledged calls missing',
  )
  expect(await proof.exited).toBe(0)
}, 60_000)
