import { z } from 'zod'
import { environmentNames, plans } from './keys/keyring.ts'

/** A name that people give, to an agency or an agent: shown as text, never used as anything else. */
export const nameSchema = z
  .string('Enter a name.')
  .trim()
  .min(1, 'Enter a name.')
  .max(100, 'A name must have at most 100 characters.')

export const planSchema = z.enum(plans, 'The plan must be starter, growth or agency.')

export const environmentNameSchema = z.enum(
  environmentNames,
  'The environment must be production or staging.',
)

/** A time as programs read it: ISO 8601, UTC. */
export const time = z.iso.datetime()

/** Wall-clock milliseconds as ISO 8601; null where there is no time. */
export const iso = <T extends number | null | undefined>(at: T) =>
  (at === null || at === undefined ? null : new Date(at).toISOString()) as T extends number
    ? string
    : string | null
