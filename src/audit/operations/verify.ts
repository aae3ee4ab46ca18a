import { z } from 'zod'
import type { ChainState } from '../../audit.ts'
import { operation } from '../../operation/operation.ts'

interface VerifyDeps {
  audit: {
    /** Reads the whole chain, and lets others in between. */
    verify(): Promise<ChainState>
  }
}

export const verifyAudit = operation({
  name: 'gate.verify-audit',
  summary: 'Checks that no entry of the audit log was changed, removed or added by anything but callgate.',
  scope: 'gate',
  may: 'operator',
  input: {},
  output: z.object({
    entries: z.int(),
    flaw: z.string().nullable().meta({ description: 'The first flaw; null where the log is whole' }),
  }),
  says: ({ entries }) => `All ${entries} entries are as they were written.`,
  fails: ({ flaw }) => (flaw === null ? undefined : `The audit log is not whole: ${flaw}.`),
  run: ({ audit }: VerifyDeps) => audit.verify(),
})
