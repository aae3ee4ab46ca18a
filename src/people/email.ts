import { z } from 'zod'

/** An account's e-mail address as it is stored and compared. */
export const normalEmail = (text: string) => text.trim().toLowerCase()

export const emailSchema = z
  .string('Enter a valid email address.')
  .transform(normalEmail)
  .pipe(z.email('Enter a valid email address.').max(254, 'The email address is too long.'))
