import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { temporaryDirectory } from '../support/directory.ts'
import { proofs, prove } from './run.ts'

const same = proofs.filter(({ drawn }) => !drawn)
/** Two at once wait for their servers, where none is timed. */
for (const proof of [...same.filter(({ timed }) => !timed), ...same.filter(({ timed }) => timed)]) {
  const run = proof.timed ? test : test.concurrent
  run(
    proof.promise,
    async () => {
      const { line, held, word } = await prove(proof, 'small')
      if (word === 'skipped') process.stderr.write(`${proof.script} ${line}\n`)
      expect(line).toMatch(/^\S/)
      expect(held, line).toBe(true)
    },
    120_000,
  )
}

test('an answer that the description does not allow breaks a promise, whatever its script says', async () => {
  using directory = temporaryDirectory()
  const script = join(directory.path, 'proof.ts')
  const answering = (status: number, path: string) => `
    const server = Bun.serve({ port: 0, fetch: () => Response.json({}, { status: ${status} }) })
    await fetch(server.url.origin + '${path}')
    process.exit(0)`
  const proof = { script, promise: '', small: [], full: [] }
  await Bun.write(script, answering(418, '/api/v1/key'))
  expect((await prove(proof, 'small')).word).toBe('BROKEN')
  await Bun.write(script, answering(418, '/elsewhere'))
  expect((await prove(proof, 'small')).word).toBe('held')
})
