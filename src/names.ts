import { z } from 'zod'

/** A name that people give, to an agency or an agent: shown as text, never used as anything else. */
export const nameSchema = z
  .string('A name is needed.')
  .trim()
  .min(1, 'A name is needed.')
  .max(100, 'A name has at most 100 characters.')

export const planSchema = z.enum(['starter', 'growth', 'agency'], 'The plan is starter, growth or agency.')

export const environmentNameSchema = z.enum(
  ['production', 'staging'],
  'The environment is production or staging.',
)
