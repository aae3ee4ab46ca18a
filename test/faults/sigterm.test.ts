import { expect, test } from 'bun:test'
import { join } from 'node:path'

test('SIGTERM under load loses no acknowledged call and cuts no answer', async () => {
  const proof = Bun.spawn(['bun', join(import.meta.dir, 'sigterm.ts'), '2'], { stdout: 'pipe' })
  const line = await new Response(proof.stdout).text()
  expect(line).toContain('0 acknowledged calls lost, 0 calls never answered, 0 answers cut, 0 unclean ends')
  expect(await proof.exited).toBe(0)
}, 60_000)
