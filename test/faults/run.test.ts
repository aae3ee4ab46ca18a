import { expect, test } from 'bun:test'
import { proofs, prove } from './run.ts'

for (const proof of proofs)
  test(
    proof.promise,
    async () => {
      const { line, held, word } = await prove(proof, 'small')
      if (word === 'skipped') process.stderr.write(`${proof.script} ${line}\n`)
      expect(line).toMatch(/^\S.*$/)
      expect(held, line).toBe(true)
    },
    120_000,
  )
