import { z } from 'zod'
import { environmentNames } from './agencies/environment.ts'
import { plans } from './agencies/agency.ts'

/** The name of an agency or an agent: shown as text, never interpreted. */
export const nameSchema = z
  .string('A name is needed.')
  .trim()
  .min(1, 'A name is needed.')
  .max(100, 'A name has at most 100 characters.')

export const planSchema = z.enum(plans, 'The plan is starter, growth or agency.')

export const environmentNameSchema = z.enum(environmentNames, 'The environment is production or staging.')

/** A time in the API: ISO 8601, UTC. */
export const time = z.iso.datetime()

/** Wall-clock milliseconds as ISO 8601; null where there is no time. */
export const iso = <T extends number | null | undefined>(at: T) =>
  (at === null || at === undefined ? null : new Date(at).toISOString()) as T extends number
    ? string
    : string | null
