import { z } from 'zod'
import { operation } from '../../operation/operation.ts'
import type { ConfigWarning } from '../warnings.ts'

interface WarningDeps {
  warnings(): ConfigWarning[]
}

export const listWarnings = operation({
  name: 'server.warnings',
  summary: 'Lists settings that should be changed, with the reason.',
  scope: 'gate',
  may: 'operator',
  input: {},
  output: z.array(z.object({ name: z.string(), says: z.string() })),
  columns: ['name', 'says'],
  empty: 'There are no warnings.',
  run: ({ warnings }: WarningDeps) => warnings(),
})
