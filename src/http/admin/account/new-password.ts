import { z } from 'zod'
import { normalEmail, passwordLeast, passwordMost } from '../../../people/passwords.ts'

export const newPasswordSchema = z
  .string('A password is needed.')
  .min(passwordLeast, `The password needs at least ${passwordLeast} characters.`)
  .max(passwordMost, `The password has at most ${passwordMost} characters.`)

/** The e-mail address and password of a new account. */
export const newAccountSchema = z.object({
  email: z
    .string()
    .transform(normalEmail)
    .pipe(z.email('That is not an e-mail address.').max(254, 'That e-mail address is too long.')),
  password: newPasswordSchema,
})
