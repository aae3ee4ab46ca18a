import { z } from 'zod'
import { accessDisablers } from './agencies/access.ts'
import { environmentNames } from './agencies/environment.ts'
import { plans } from './agencies/agency.ts'
import { hasHidden } from './visible.ts'

/** For a text on one line that people write and others read: it cannot read as another one. */
export const withoutHidden = (schema: z.ZodString, subject: string) =>
  schema.refine(
    (text) => !hasHidden(text),
    `${subject} must not contain control characters, or characters that change the direction of text.`,
  )

/** The name of anything that people name: shown as text, never interpreted. */
export const nameSchema = withoutHidden(
  z
    .string('Enter a name.')
    .trim()
    .min(1, 'Enter a name.')
    .max(100, 'A name must have at most 100 characters.'),
  'A name',
)

export const planSchema = z.enum(plans, 'The plan must be starter, growth or agency.')

export const environmentNameSchema = z.enum(
  environmentNames,
  'The environment must be production or staging.',
)

export const accessDisabledBySchema = z.enum(accessDisablers).nullable().meta({
  description:
    'Who disabled API access: an admin of the agency, an alert of its policy, a leak report, or an operator',
})

/** A time in the API: ISO 8601, UTC. */
export const time = z.iso.datetime()

/** Wall-clock milliseconds as ISO 8601; null where there is no time. */
export const iso = <T extends number | null | undefined>(at: T) =>
  (at === null || at === undefined ? null : new Date(at).toISOString()) as T extends number
    ? string
    : string | null
