import { z } from 'zod'
import { normalEmail, passwordLeast, passwordMost } from '../../../people/passwords.ts'

export const newPasswordSchema = z
  .string('Enter a password.')
  .min(passwordLeast, `The password must have at least ${passwordLeast} characters.`)
  .max(passwordMost, `The password must have at most ${passwordMost} characters.`)

/** The e-mail address and password of a new account. */
export const newAccountSchema = z.object({
  email: z
    .string()
    .transform(normalEmail)
    .pipe(z.email('Enter a valid email address.').max(254, 'The email address is too long.')),
  password: newPasswordSchema,
})
