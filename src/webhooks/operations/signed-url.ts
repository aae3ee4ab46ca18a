import { z } from 'zod'
import { environmentNameSchema } from '../../names.ts'

/** The input of an operation that saves a URL whose requests are signed. */
export const signedUrlInput = {
  url: z.string().trim().max(2000).meta({ description: 'An https URL', hint: 'url' }),
  rotate_secret: z
    .boolean()
    .optional()
    .meta({ description: 'Make a new secret; the earlier one signs as well for 24 hours' }),
}

export const signedUrlOutput = z.object({
  environment: environmentNameSchema,
  url: z.string(),
  secret: z.string().nullable().meta({ description: 'Shown once; null where the earlier one stays' }),
})
